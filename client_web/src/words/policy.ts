// Words of the coordinator's page about who is called at night, in which order, and how patiently.
import { staff } from './staff'
import { count, moment } from './when'

type Severity = 'critical' | 'high' | 'concern'
type Timer = 'unsent' | 'unseen' | 'next_rung' | 'remind' | 'undo'
type What =
  | `rung_${'added' | 'removed' | 'renamed'}`
  | `answers_${'person' | 'rota' | 'nobody'}`
  | 'rungs_moved'
  | 'channels'
  | 'timer'
  | 'script'

/** One thing that is different, as far as it is put in words. */
interface Change {
  what: What
  rung: string | null
  duty_manager: boolean
  before: string[]
  after: string[]
  severity: Severity | null
  timer: Timer | null
  before_seconds: number | null
  after_seconds: number | null
}

/** One thing that happens at night, as far as it is put in words. */
interface Happening {
  what: 'page' | 'again' | 'remind' | 'undo'
  rung: string | null
  who: string | null
  rota: boolean
  duty_manager: boolean
  channel: string | null
}

const severities: Record<Severity, string> = { critical: 'Critical', high: 'High', concern: 'A concern' }

const timers: Record<Timer, string> = {
  unsent: 'Next channel, while one hasn’t taken it in',
  unseen: 'Next channel, while nobody answers',
  next_rung: 'Next person, while nobody answers',
  remind: 'A reminder, while who took it hasn’t begun',
  undo: 'Calling again, while who took it hasn’t begun',
}

/** "90 seconds", "two minutes", "four hours". */
export function span(seconds: number): string {
  const [many, unit] =
    seconds % 86_400 === 0
      ? [seconds / 86_400, 'day']
      : seconds % 3_600 === 0
        ? [seconds / 3_600, 'hour']
        : seconds % 60 === 0
          ? [seconds / 60, 'minute']
          : [seconds, 'second']
  return `${count(many)} ${unit}${many === 1 ? '' : 's'}`
}

const spanOrNone = (seconds: number | null): string => (seconds === null ? 'never' : span(seconds))
const named = (names: string[]): string => (names.length ? staff.list(names) : 'nothing')

/** One thing that is different, in a sentence. */
export function changed(one: Change): string {
  const whom = one.duty_manager ? 'the duty manager' : (one.rung ?? '')
  switch (one.what) {
    case 'rung_added':
      return one.duty_manager ? 'There is a duty manager now.' : `${whom} is on the list now.`
    case 'rung_removed':
      return one.duty_manager ? 'There is no duty manager any more.' : `${whom} isn’t on the list any more.`
    case 'rungs_moved':
      return `The order is now ${named(one.after)}.`
    case 'rung_renamed':
      return `${named(one.before)} is now called ${named(one.after)}.`
    case 'answers_person':
      return `${named(one.after)} answers as ${whom}.`
    case 'answers_rota':
      return `Whoever is on by the rota answers as ${whom}.`
    case 'answers_nobody':
      return `Whoever holds the device answers as ${whom}.`
    case 'channels':
      return `For ${whom}: ${named(one.after)}, where it was ${named(one.before)}.`
    case 'timer':
      return `${severities[one.severity ?? 'critical']}. ${timers[one.timer ?? 'unsent']}: after ${spanOrNone(one.after_seconds)}, where it was ${spanOrNone(one.before_seconds)}.`
    case 'script':
      return 'What to do when nobody is reached has new words.'
  }
}

/** When something happens, counted from the call. */
export const when = (seconds: number): string => (seconds === 0 ? 'At once' : `After ${span(seconds)}`)

/** What happens then. */
export function happens(step: Happening): string {
  switch (step.what) {
    case 'page': {
      const who = step.rota ? 'whoever is on by the rota' : step.who
      const whom = step.duty_manager ? 'The duty manager' : (step.rung ?? '')
      return `${whom}${who && who !== whom ? ` (${who})` : ''}, by ${step.channel ?? 'their own channel'}.`
    }
    case 'again':
      return 'All of them again, until somebody answers.'
    case 'remind':
      return 'Who took it and hasn’t begun is reminded.'
    case 'undo':
      return 'Who took it and still hasn’t begun: the others are called again.'
  }
}

export const policy = {
  title: 'Who is called at night',
  lead: 'When a peer calls for a clinician, these people are asked, in this order, until one of them answers. A call that is open already goes on as it began, with whoever is on shift.',
  loading: 'Opening the list…',
  list: 'The list, in order',
  rung: (number: number) => `Number ${String(number)}`,
  name: 'What the list calls them',
  nameHint: 'Such as “First on call”. It’s shown to peers.',
  answers: 'Who answers',
  byRota: 'Whoever is on by the rota',
  byDevice: 'Whoever holds the device',
  cannot: (name: string) => `${name} (can’t answer calls now)`,
  channels: 'How they’re reached, tried in this order',
  own: (whose: string) => `${whose}’s own`,
  noChannels: 'No channel yet.',
  rotaChannels: 'Whoever is on is reached by their own channels first, then by these.',
  addChannel: 'Add a channel',
  choose: 'Choose one',
  leaveOut: 'Leave out',
  takeChannel: (name: string) => `Leave out ${name}`,
  earlier: 'Earlier',
  later: 'Later',
  moveEarlier: (name: string) => `Move ${name} earlier`,
  moveLater: (name: string) => `Move ${name} later`,
  takeOff: 'Take off the list',
  takeOffOf: (name: string) => `Take off the list: ${name}`,
  add: 'Add somebody',
  newName: 'On call',
  dutyManager: 'The duty manager',
  dutyLead: 'Asked where nobody else is there, and after the last on the list.',
  dutyAdd: 'Add a duty manager',
  dutyName: 'Duty manager',
  patience: 'How patiently',
  patienceLead: 'You can make these shorter. A critical call never waits longer than shown here.',
  severities,
  timers,
  usual: (words: string) => `${words} (usual)`,
  never: 'never',
  span,
  script: 'When nobody is reached',
  scriptLabel: 'What a peer reads then',
  scriptHint:
    'It’s shown as you write it, to somebody with a person in danger before them: whom to ring, and what to say.',
  look: 'See what would happen',
  looking: 'Working it out…',
  nothing: 'Nothing is different from what is in force.',
  changes: 'What changes',
  night: 'What would then happen',
  nightLead: 'Where every message arrives and nobody answers.',
  openHours: 'The next person is asked in opening hours only.',
  notTaken: (seconds: number) => `What isn’t taken in goes to the next channel after ${span(seconds)}.`,
  save: 'Put this in force',
  saving: 'Putting it in force…',
  saved: 'In force from now on.',
  forget: 'Go back to what is in force',
  meanwhile: (who: string) => `${who} changed this while you were at it. What you wrote is still here.`,
  somebody: 'Somebody',
  onTop: 'Go on with mine, on top of theirs',
  versions: 'What it was before',
  version: (number: number) => `Version ${String(number)}`,
  byAt: (who: string | null, at: string, now: number) => `${who ?? 'Set up with the hub'}, ${moment(at, now)}`,
  restored: (number: number) => `Brought version ${String(number)} back.`,
  inForce: 'in force',
  restore: 'Bring this back',
  restoreOf: (number: number) => `Bring this back: version ${String(number)}`,
  restoring: 'Bringing it back…',
}
