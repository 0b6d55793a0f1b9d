// Who is signed in on this page, and its one line to the house. Conversations and snapshots hang on it.

import type { Clock } from '../net/clock'
import type { Doors } from '../net/doors'
import { OutOfTouch, Refused, type Http } from '../net/http'
import { LongPoll } from '../net/long_poll'
import type { Touch, Wire } from '../net/line'
import { Socket } from '../net/socket'
import type { AnyCommand, AnyEvent, ListMoved, Me, Topic, Uuid } from '../net/wire'
import { readSoFar } from './standing'

const LOST_AFTER_MS = 1_500 // a blink is not worth a word; longer than this, people notice

export interface SessionParts {
  http: Http
  doors: Doors
  openSocket(): Wire
  clock: Clock
  random(): number
}

/** What a conversation hears from the session. */
export interface Follower {
  frame(event: AnyEvent): void
  inTouch(): void
  outOfTouch(): void
  afresh(): void
}

interface Listener {
  topics: readonly Topic[]
  reload: () => void
}

export type Standing = 'starting' | 'out_of_touch' | 'signed_out' | 'signed_in'

export class Session {
  standing = $state<Standing>('starting')
  me = $state.raw<Me | undefined>()
  touch = $state<Touch>('resting')
  /** Out of touch for long enough to be told, and not over HTTPS either. */
  readonly lost = $derived.by(() => this.#away && !this.#reachable)
  /** The house no longer understands this page: it has to be loaded afresh. */
  outdated = $state(false)
  /** The server's clock less this device's, in milliseconds. */
  skew = $state(0)
  /** Words not sent yet, by conversation: kept while the page lives, and nowhere else. */
  readonly drafts: Record<string, string> = {}
  readonly clock: Clock
  readonly random: () => number
  readonly http: Http
  readonly #doors: Doors
  readonly #socket: Socket
  #followers: readonly Follower[] = []
  #listeners: readonly Listener[] = []
  #lists: readonly ((moved: ListMoved) => void)[] = []
  #away = $state(false)
  #reachable = $state(true)
  #untell: (() => void) | undefined
  #closeBy = 0

  constructor(parts: SessionParts) {
    this.clock = parts.clock
    this.random = () => parts.random()
    this.http = parts.http
    this.#doors = parts.doors
    parts.http.signedOut = () => {
      if (this.standing === 'signed_in') this.#leave('signed_out')
    }
    parts.http.outdated = () => {
      this.outdated = true
    }
    parts.http.reached = (there) => {
      this.#reachable = there
    }
    this.#socket = new Socket(
      {
        open: () => parts.openSocket(),
        poll: () => new LongPoll((body, patience) => parts.doors.exchange(body, patience), parts.clock),
        ticket: () => parts.doors.ticket(),
        clock: parts.clock,
        random: this.random,
      },
      {
        frame: (event) => {
          this.#frame(event)
        },
        touch: (touch) => {
          this.#touched(touch)
        },
        afresh: () => {
          for (const one of this.#followers) one.afresh()
        },
      },
    )
  }

  /** Now, by the server's clock, in milliseconds. */
  now(): number {
    return this.clock.now() + this.skew
  }

  /** Finds out who is signed in. */
  async start(): Promise<void> {
    try {
      this.welcome(await this.#doors.me())
    } catch (trouble) {
      if (trouble instanceof Refused && trouble.status === 401) this.standing = 'signed_out'
      else if (trouble instanceof Refused || trouble instanceof OutOfTouch) this.standing = 'out_of_touch'
      else throw trouble
    }
  }

  /** Somebody is signed in: by arriving, by a code, by a password, or still. */
  welcome(me: Me): void {
    this.me = me
    this.standing = 'signed_in'
    this.#socket.start()
  }

  async reloadMe(): Promise<void> {
    try {
      const me = await this.#doors.me()
      if (this.standing === 'signed_in') this.me = me // an answer that was on its way while they signed out is nobody's
    } catch (trouble) {
      if (!(trouble instanceof Refused) && !(trouble instanceof OutOfTouch)) throw trouble
    }
  }

  async signOut(): Promise<void> {
    await this.#doors.signOut()
    this.#leave('signed_out')
  }

  /** Lets go of everything at once, without a word to anybody (quick exit). */
  vanish(): void {
    this.#socket.stop()
    this.me = undefined
  }

  /** After another tab took over: take it back. */
  comeBack(): void {
    this.#socket.start()
  }

  wake(): void {
    if (this.standing === 'out_of_touch') void this.start()
    this.#socket.wake()
  }

  /** The device says that it is offline. */
  cut(): void {
    this.#socket.cut()
  }

  say(command: AnyCommand): boolean {
    return this.#socket.say(command)
  }

  /** A conversation listens until the returned function is called. */
  follow(one: Follower): () => void {
    this.#followers = [...this.#followers, one]
    const away = this.stayClose()
    if (this.touch === 'in_touch') one.inTouch()
    return () => {
      this.#followers = this.#followers.filter((other) => other !== one)
      away()
    }
  }

  /** Somebody is talking or waiting: come back sooner when lost. */
  stayClose(): () => void {
    this.#closeBy += 1
    this.#socket.closeBy = true
    return () => {
      this.#closeBy -= 1
      this.#socket.closeBy = this.#closeBy > 0
    }
  }

  /** Calls `reload` on each `changed` of these topics, and each time we come in touch. */
  onChange(topics: readonly Topic[], reload: () => void): () => void {
    const listener = { topics, reload }
    this.#listeners = [...this.#listeners, listener]
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener)
    }
  }

  /** Calls `heard` whenever a line of a list of conversations moves, by the house's word or by what was read here. */
  onMoved(heard: (moved: ListMoved) => void): () => void {
    this.#lists = [...this.#lists, heard]
    return () => {
      this.#lists = this.#lists.filter((other) => other !== heard)
    }
  }

  /** Everything up to `seq` has been on this screen. */
  hasRead(conversation: Uuid, seq: number): void {
    this.#moved(readSoFar(conversation, seq))
  }

  #moved(moved: ListMoved): void {
    for (const heard of this.#lists) heard(moved)
  }

  #frame(event: AnyEvent): void {
    if (event.type === 'welcome' || event.type === 'heartbeat')
      this.skew = Date.parse(event.server_time) - this.clock.now()
    if (event.type === 'changed') this.#changed(event.what)
    if (event.type === 'list.moved') this.#moved(event)
    if (event.type === 'refused' && event.code === 'upgrade_required') this.outdated = true
    for (const one of this.#followers) one.frame(event)
  }

  #changed(what: Topic): void {
    if (what === 'account') void this.reloadMe()
    for (const { topics, reload } of this.#listeners) if (topics.includes(what)) reload()
  }

  #touched(touch: Touch): void {
    if (this.touch === 'in_touch') this.#reachable = false // until a request gets through
    this.touch = touch
    this.#untell?.()
    if (touch === 'in_touch') {
      this.#away = false
      this.#reachable = true
      // The first time too: between a page's first look and this moment, a hint would have found nobody.
      void this.reloadMe()
      for (const { reload } of this.#listeners) reload()
      for (const one of this.#followers) one.inTouch()
    } else if (touch === 'signed_out') {
      this.#leave('signed_out')
    } else {
      if (touch === 'outdated') this.outdated = true
      if (touch !== 'reaching') for (const one of this.#followers) one.outOfTouch()
      if (touch === 'blocked') for (const { reload } of this.#listeners) reload() // what was decided, and why, is among it
      this.#untell = this.clock.after(LOST_AFTER_MS, () => {
        this.#away = this.touch === 'lost' || this.touch === 'reaching'
      })
    }
  }

  #leave(standing: Standing): void {
    this.me = undefined
    this.standing = standing
    this.#socket.stop()
  }
}
