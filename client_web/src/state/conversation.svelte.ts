// One conversation that is open on a page: loads its log, follows it, mends gaps, sends, and says who is writing and who has seen.

import { untrack } from 'svelte'
import type { Cancel } from '../net/clock'
import type { Doors } from '../net/doors'
import { OutOfTouch, Refused } from '../net/http'
import { uuid7 } from '../net/uuid7'
import type { Accepted, AnyEvent, AnyLogEvent, ConversationShown, Log, Uuid } from '../net/wire'
import { Asking } from './asking'
import { Following } from './following'
import { Outbox, type Pending } from './outbox'
import { nothingSeen, seenByOthers, seenFrom, seenMoves, type Writing } from './people'
import { Reading } from './reading'
import type { Session } from './session.svelte'
import { standsNow } from './standing'
import { emptyTimeline, heardOf, isBehind, openPage, take, takeEarlier, takePage, type Timeline } from './timeline'
import { Writers } from './writers.svelte'

const HOLD_MS = 1_000 // two nodes may push out of order; within a second the hole closes by itself
const PAGES_AT_MOST = 20 // more missing than this: loading afresh is kinder than replaying

export type Trouble = 'none' | 'loading' | 'checking' | 'out_of_touch' | 'gone'

export class Conversation {
  readonly id: Uuid
  readonly log: Log
  shown = $state.raw<ConversationShown | undefined>()
  timeline = $state.raw<Timeline>(emptyTimeline(''))
  pending = $state.raw<readonly Pending[]>([])
  seen = $state.raw(nothingSeen)
  trouble = $state<Trouble>('loading')
  /** The refusal's code, where it is gone: `stepped_out`, `suspended`, `not_found`… */
  goneWhy = $state('')
  /** The position up to which this person had seen when the page opened it. */
  seenBefore = $state(0)
  readonly outbox: Outbox
  readonly #session: Session
  readonly #doors: Doors
  readonly #writers: Writers
  readonly #asking: Asking
  readonly #following: Following
  readonly #reading: Reading
  #unfollow: (() => void) | undefined
  #unlisten: (() => void) | undefined
  #hold: Cancel | undefined
  #pauseMs = 0
  #mending = false
  #loading = false
  #closed = false

  constructor(session: Session, doors: Doors, id: Uuid, log: Log = 'public') {
    this.#session = session
    this.#doors = doors
    this.id = id
    this.log = log
    this.#writers = new Writers(session.clock, () => session.say({ type: 'typing.start', conversation: id }))
    this.#asking = new Asking({
      clock: session.clock,
      random: session.random,
      isNeeded: () => session.touch === 'lost' || session.touch === 'reaching', // neither in touch, nor resting until somebody says so
      ask: async () => {
        this.#pauseMs = 0
        return (await this.#catchUp()) ? undefined : this.#pauseMs
      },
    })
    this.#following = new Following({
      clock: session.clock,
      random: session.random,
      conversation: id,
      log,
      ask: (ref) => {
        const { have, epoch } = this.timeline
        if (epoch) session.say({ type: 'subscribe', conversation: id, log, after_seq: have, epoch, ref })
      },
      refused: () => void this.#reshow(), // which says why, where it is no longer ours to see
    })
    this.#reading = new Reading({
      clock: session.clock,
      tell: (seq, leaving) => {
        session.hasRead(id, seq) // again: a list may have been loaded meanwhile
        if (!session.say({ type: 'seen.mark', conversation: id, seq }) && !leaving)
          void this.#trying(async () => {
            await doors.seen(id, { seq })
          })
      },
    })
    this.outbox = new Outbox({
      clock: session.clock,
      random: session.random,
      newId: () => uuid7(session.now()),
      say: (item) =>
        session.say({ type: 'message.send', conversation: id, client_id: item.clientId, body: item.body, log }),
      post: (item) => doors.post(id, { client_id: item.clientId, body: item.body, log }),
      accepted: (answer) => {
        this.#accepted(answer)
      },
      changed: (items) => {
        this.pending = items
      },
    })
  }

  get me(): Uuid {
    return this.#session.me?.account ?? ''
  }

  /** Who else is writing. */
  get writing(): Writing {
    return this.#writers.now
  }

  /** The last position that somebody else has seen. */
  get seenByOthers(): number {
    return seenByOthers(this.seen, this.me)
  }

  /** Opens it; the returned function closes it, for good. What it reads on the way is nobody's reason to open it again. */
  start(): () => void {
    untrack(() => void this.#load())
    this.#unlisten = this.#session.onChange(['conversations'], () => void this.#reshow())
    return () => {
      this.#closed = true
      this.#unlisten?.()
      this.#unfollow?.()
      this.#reading.stop()
      if (this.#unfollow) this.#session.say({ type: 'unsubscribe', conversation: this.id, log: this.log })
      this.#hold?.()
      this.#asking.stop()
      this.#following.stop()
      this.#writers.stop()
      this.outbox.stop()
    }
  }

  send(body: string): void {
    this.#writers.iSent()
    this.outbox.add(body.normalize('NFC'))
  }

  /** This person is writing; said to others without the words, at most every three seconds. */
  isWriting(): void {
    if (this.log !== 'staff') this.#writers.iAm()
  }

  /** Everything up to the last line has been on this person's screen. */
  markSeen(): void {
    const seq = this.timeline.have
    if (this.log === 'staff' || seq <= (this.shown?.seen_seq ?? 0)) return
    if (this.#reading.upTo(seq, this.shown?.kind !== 'one_to_one')) this.#session.hasRead(this.id, seq)
  }

  /** One page of older lines. */
  async loadEarlier(): Promise<void> {
    if (this.#loading || !this.timeline.earlier) return
    this.#loading = true
    await this.#trying(async () => {
      const page = await this.#doors.events(this.id, { before: this.timeline.from, log: this.log })
      if (page.epoch === this.timeline.epoch) this.timeline = takeEarlier(this.timeline, page)
      else await this.#openAfresh()
    })
    this.#loading = false
  }

  /** A list was loaded, and shows this conversation too: the two must not differ. */
  listed(shown: ConversationShown): void {
    if (this.shown) this.#show(shown)
  }

  /** The person asks us to try again. */
  retry(): void {
    void this.#load()
  }

  async #load(): Promise<void> {
    if (!this.timeline.epoch) this.trouble = 'loading'
    await this.#trying(async () => {
      this.#show(await this.#doors.conversation(this.id))
      this.seenBefore = this.shown?.seen_seq ?? 0
      await this.#openAfresh()
    })
    if (this.#closed) return
    if (this.#unfollow) this.#following.ask() // it could not, before there was anything to go on from
    this.#unfollow ??= this.#session.follow({
      frame: (event) => {
        this.#frame(event)
      },
      inTouch: () => {
        this.#inTouch()
      },
      outOfTouch: () => {
        this.#outOfTouch()
      },
      afresh: () => void this.#openAfreshNow(),
    })
    if (this.#session.touch !== 'in_touch') this.#outOfTouch()
  }

  async #openAfresh(): Promise<void> {
    const page = await this.#doors.events(this.id, { log: this.log })
    this.#taken(openPage(this.me, page))
    this.trouble = 'none'
  }

  async #openAfreshNow(): Promise<void> {
    this.trouble = 'checking'
    await this.#trying(() => this.#openAfresh())
    this.#following.ask()
  }

  #inTouch(): void {
    this.#asking.stop()
    if (this.timeline.epoch) this.#following.ask()
    else void this.#load()
    void this.#reshow()
    this.outbox.inTouch()
  }

  #outOfTouch(): void {
    this.#writers.unknown()
    this.outbox.outOfTouch()
    this.#asking.start()
  }

  #frame(event: AnyEvent): void {
    if (this.trouble !== 'gone') this.#following.hear(event)
    switch (event.type) {
      case 'heartbeat':
        for (const at of event.positions)
          if (at.conversation === this.id && at.log === this.log) this.#heard(at.last_seq)
        return
      case 'refused':
        if (event.client_id && this.pending.some((item) => item.clientId === event.client_id))
          this.outbox.refused(event.client_id, { ...event, retryAfterMs: event.retry_after_ms })
        return
    }
    if (!('conversation' in event) || event.conversation !== this.id) return
    if (event.type === 'typing.started') {
      if (event.account !== this.me) this.#writers.starts(event.account)
    } else if (event.type === 'list.moved') {
      if (this.shown) this.shown = standsNow(this.shown, event)
    } else if (event.type === 'seen.moved') {
      this.seen = seenMoves(this.seen, event.account, event.seq)
    } else if (event.log === this.log) {
      this.#logFrame(event)
    }
  }

  #logFrame(event: Extract<AnyEvent, { log: Log }>): void {
    switch (event.type) {
      case 'subscribed':
        this.#heard(event.last_seq)
        break
      case 'reset':
        void this.#openAfreshNow()
        break
      case 'message.accepted':
        this.#accepted(event)
        break
      default:
        this.#taken(take(this.timeline, event))
        this.#settle(event)
    }
  }

  /** What an event means beside its line: somebody came, went or stopped writing, or a clinician was told. */
  #settle(event: AnyLogEvent): void {
    if (event.type === 'message.posted') {
      this.#writers.stops(event.author.account)
    } else if (event.type === 'participant.left') {
      this.#writers.stops(event.who.account)
      void this.#reshow()
    } else if (['participant.joined', 'notice.posted'].includes(event.type) || event.type.startsWith('conversation.')) {
      void this.#reshow()
    }
  }

  #accepted(answer: Pick<Accepted, 'client_id' | 'seq'>): void {
    // The line itself comes as an event; until then the pending twin stands for it.
    this.outbox.stored(answer.client_id)
    this.#heard(answer.seq)
    if (this.#session.touch !== 'in_touch') void this.#mend()
  }

  #heard(lastSeq: number): void {
    this.#taken(heardOf(this.timeline, lastSeq))
  }

  #taken(next: Timeline): void {
    this.timeline = next
    this.#retireTwins()
    if (!isBehind(next)) {
      this.#hold?.()
      this.#hold = undefined
      if (this.trouble === 'checking') this.trouble = 'none'
    } else if (!this.#mending) {
      this.#hold ??= this.#session.clock.after(HOLD_MS, () => {
        this.#hold = undefined
        if (isBehind(this.timeline)) void this.#mend()
      })
    }
  }

  #retireTwins(): void {
    for (const item of this.pending)
      if (this.timeline.lines.some((line) => line.kind === 'said' && line.clientId === item.clientId))
        this.outbox.arrived(item.clientId)
  }

  async #mend(): Promise<void> {
    if (this.#mending) return
    this.#mending = true
    const whole = await this.#catchUp()
    this.#mending = false
    if (whole && isBehind(this.timeline)) await this.#openAfreshNow()
  }

  /** Asks for what comes after. True: the house told us everything it has. */
  async #catchUp(): Promise<boolean> {
    return this.#trying(async () => {
      if (!this.timeline.epoch) {
        this.#show(await this.#doors.conversation(this.id))
        await this.#openAfresh()
        return
      }
      for (let page = 0; page < PAGES_AT_MOST; page += 1) {
        const after = this.timeline.have
        const next = await this.#doors.events(this.id, { after, log: this.log })
        if (next.epoch !== this.timeline.epoch || next.last_seq < after) {
          await this.#openAfresh()
          return
        }
        const before = this.timeline.have
        this.#taken(takePage(this.timeline, next))
        for (const event of next.events) this.#settle(event)
        if (!next.later || this.timeline.have === before) break
      }
      if (this.trouble !== 'checking') this.trouble = 'none'
    })
  }

  async #reshow(): Promise<void> {
    await this.#trying(async () => {
      this.#show(await this.#doors.conversation(this.id))
    })
  }

  #show(shown: ConversationShown): void {
    this.shown = shown
    for (const [account, seq] of seenFrom(shown.participants)) this.seen = seenMoves(this.seen, account, seq)
  }

  /** Runs `act`; false where we were out of touch, or where this conversation is no longer ours to see. */
  async #trying(act: () => Promise<void>): Promise<boolean> {
    try {
      await act()
      return true
    } catch (trouble) {
      if (trouble instanceof Refused && (trouble.status === 404 || trouble.status === 403)) {
        this.trouble = 'gone'
        this.goneWhy = trouble.code
      } else if (!(trouble instanceof Refused) && !(trouble instanceof OutOfTouch)) throw trouble
      else {
        this.#pauseMs = trouble.retryAfterMs ?? 0
        if (!this.timeline.epoch) this.trouble = 'out_of_touch'
      }
      return false
    }
  }
}
