// One conversation that is open on a page: its log, followed and kept whole; sending; and who is writing and who has seen.

import { untrack } from 'svelte'
import type { Doors } from '../net/doors'
import { uuid7 } from '../net/uuid7'
import type { Accepted, AnyEvent, AnyLogEvent, ConversationShown, Log, Uuid } from '../net/wire'
import { Asking } from './asking'
import { Following } from './following'
import { Mending, type Trouble } from './mending.svelte'
import { Outbox, type Pending } from './outbox'
import { nothingSeen, seenByOthers, seenFrom, seenMoves, type Writing } from './people'
import { Reading } from './reading'
import type { Session } from './session.svelte'
import { standsNow } from './standing'
import type { Timeline } from './timeline'
import { Writers } from './writers.svelte'

export class Conversation {
  readonly id: Uuid
  readonly log: Log
  shown = $state.raw<ConversationShown | undefined>()
  pending = $state.raw<readonly Pending[]>([])
  seen = $state.raw(nothingSeen)
  /** The position up to which this person had seen when the page opened it. */
  seenBefore = $state(0)
  readonly outbox: Outbox
  readonly #session: Session
  readonly #doors: Doors
  readonly #writers: Writers
  readonly #asking: Asking
  readonly #following: Following
  readonly #mending: Mending
  readonly #reading: Reading
  #unfollow: (() => void) | undefined
  #unlisten: (() => void) | undefined
  #closed = false

  constructor(session: Session, doors: Doors, id: Uuid, log: Log = 'public') {
    this.#session = session
    this.#doors = doors
    this.id = id
    this.log = log
    this.#writers = new Writers(session.clock, () => session.say({ type: 'typing.start', conversation: id }))
    this.#mending = new Mending({
      clock: session.clock,
      me: () => this.me,
      events: (page) => doors.events(id, { ...page, log }),
      first: () => this.#look(),
      taken: () => {
        this.#retireTwins()
      },
      settled: (event) => {
        this.#settle(event)
      },
      opened: () => {
        this.#following.ask()
      },
      notOpened: (pauseMs) => {
        this.#following.askLater(pauseMs)
      },
    })
    this.#asking = new Asking({
      clock: session.clock,
      random: session.random,
      isNeeded: () => session.touch === 'lost' || session.touch === 'reaching', // neither in touch, nor resting until somebody says so
      ask: async () => {
        this.#mending.pauseMs = 0
        return (await this.#mending.catchUp()) ? undefined : this.#mending.pauseMs
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
          void this.#mending.trying(async () => {
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

  get timeline(): Timeline {
    return this.#mending.timeline
  }

  get trouble(): Trouble {
    return this.#mending.trouble
  }

  /** The refusal's code, where it is gone. */
  get goneWhy(): string {
    return this.#mending.goneWhy
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
      this.#mending.stop()
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
  loadEarlier(): Promise<void> {
    return this.#mending.loadEarlier()
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
    if (!this.timeline.epoch) this.#mending.trouble = 'loading'
    await this.#mending.trying(async () => {
      await this.#look()
      this.seenBefore = this.shown?.seen_seq ?? 0
      await this.#mending.open()
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
      afresh: () => void this.#mending.openAfresh(),
    })
    if (this.#session.touch !== 'in_touch') this.#outOfTouch()
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
          if (at.conversation === this.id && at.log === this.log) this.#mending.heard(at.last_seq)
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
        this.#mending.heard(event.last_seq)
        break
      case 'reset':
        void this.#mending.openAfresh()
        break
      case 'message.accepted':
        this.#accepted(event)
        break
      default:
        this.#mending.take(event)
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
    this.#mending.heard(answer.seq)
    if (this.#session.touch !== 'in_touch') void this.#mending.mend()
  }

  #retireTwins(): void {
    for (const item of this.pending)
      if (this.timeline.lines.some((line) => line.kind === 'said' && line.clientId === item.clientId))
        this.outbox.arrived(item.clientId)
  }

  async #reshow(): Promise<void> {
    await this.#mending.trying(() => this.#look())
  }

  async #look(): Promise<void> {
    this.#show(await this.#doors.conversation(this.id))
  }

  #show(shown: ConversationShown): void {
    this.shown = shown
    for (const [account, seq] of seenFrom(shown.participants)) this.seen = seenMoves(this.seen, account, seq)
  }
}
