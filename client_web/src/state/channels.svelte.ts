// The coordinator's channels: whatever the house answers is what is shown. A secret lives here until it is put away, and nowhere else.

import type {
  ChangeChannel,
  ChannelMade,
  Channels as ChannelList,
  ChannelShown,
  ChannelTried,
  ExchangeSecret,
  MakeChannel,
  Uuid,
} from '../net/wire'
import { Attempt } from './attempt.svelte'
import { Fresh } from './fresh.svelte'
import type { House } from './staff.svelte'

export class Channels {
  readonly list: Fresh<ChannelList>
  readonly making = new Attempt()
  readonly changing = new Attempt()
  readonly exchanging = new Attempt()
  readonly retiring = new Attempt()
  readonly testing = new Attempt()
  /** The secret that was just made, and of which channel. */
  made = $state.raw<ChannelMade | undefined>()
  /** Which channel is being tried out, or was last, and how that went. */
  tested = $state.raw<{ channel: Uuid; went?: ChannelTried } | undefined>()
  readonly #house: House

  constructor(house: House) {
    this.#house = house
    this.list = new Fresh(() => house.doors.channels())
  }

  start(): () => void {
    return this.list.follow(this.#house.session, 'escalations')
  }

  async make(body: MakeChannel): Promise<boolean> {
    return this.#secret(await this.making.run(() => this.#house.doors.makeChannel(body)))
  }

  async exchange(channel: Uuid, body: ExchangeSecret): Promise<boolean> {
    return this.#secret(await this.exchanging.run(() => this.#house.doors.exchangeSecret(channel, body)))
  }

  async endExchange(channel: Uuid): Promise<boolean> {
    return this.#shows(await this.exchanging.run(() => this.#house.doors.endExchange(channel)))
  }

  async change(channel: Uuid, body: ChangeChannel): Promise<boolean> {
    return this.#shows(await this.changing.run(() => this.#house.doors.changeChannel(channel, body)))
  }

  async retire(channel: Uuid): Promise<boolean> {
    const list = await this.retiring.run(() => this.#house.doors.retireChannel(channel))
    if (list) this.list.value = list
    else await this.list.load() // who uses it by now is on the list
    return list !== undefined
  }

  async test(channel: Uuid): Promise<void> {
    if (this.testing.busy) return
    this.tested = { channel }
    const went = await this.testing.run(() => this.#house.doors.testChannel(channel))
    if (went) {
      this.tested = { channel, went }
      await this.list.load() // it may say that it is gone, or no longer
    }
  }

  putAway(): void {
    this.made = undefined
  }

  async #secret(made: ChannelMade | undefined): Promise<boolean> {
    if (!made) return false
    if (made.secret !== null) this.made = made
    await this.list.load()
    return true
  }

  async #shows(channel: ChannelShown | undefined): Promise<boolean> {
    if (channel) await this.list.load()
    return channel !== undefined
  }
}
