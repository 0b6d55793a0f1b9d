// Words that every staff page shares: signing in, the second factor, the role card, an invitation.

import { length } from './when'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long something has waited, short enough for the end of a line: `now`, `4 min`, `2 h`, `3 days`. */
export function age(ms: number): string {
  if (ms < MINUTE) return 'now'
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h`
  return `${Math.floor(ms / DAY)} days`
}

/** A time ahead: `in four minutes`. Past, or within the minute: `any moment now`. */
export function ahead(ms: number): string {
  return ms < MINUTE ? 'any moment now' : `in ${length(ms)}`
}

export const staff = {
  product: 'Beside',
  loading: 'Opening…',
  back: 'Back',
  cancel: 'Not now',
  close: 'Close',
  tryAgain: 'Try again',
  required: 'We need a few words here.',
  notReached: 'We couldn’t reach the service just now. What you see may be a little old; nothing you did was lost.',
  somethingElse: 'That didn’t go through. Nothing was changed; you can try again.',
  changed: 'Changed while you looked away',
  fresh: 'New while you looked away',

  signIn: {
    title: 'Sign in',
    lead: 'For peers, moderators, clinicians and coordinators.',
    name: 'Your sign-in name',
    password: 'Your password',
    numbers: 'The six numbers from your app',
    numbersHint: 'Open your authenticator app. The numbers change every half minute.',
    act: 'Sign in',
    acting: 'Signing in…',
    otherName: 'Use another name',
    forgotten: 'Forgotten it? A coordinator of your hub can send you a new invitation.',
    nameNeeded: 'Write your sign-in name.',
    passwordNeeded: 'Write your password.',
    numbersNeeded: 'Write all six numbers.',
  },
  signedOut: {
    title: 'You’re signed out here',
    lead: 'Somebody signed out, or your roles or password changed. Sign in to go on; you’ll come back to where you were.',
  },
  blocked: {
    title: 'You can’t take part for now',
    lead: 'A coordinator of your hub can say why, and what happens next. If you need someone for yourself, these places are open.',
  },
  anotherTab: {
    text: 'This page was put to rest because Beside is open in several others. It shows how things stood then.',
    act: 'Use this page',
  },
  offline: 'We’ve lost touch for a moment. What you write stays here and goes as soon as we’re back.',
  noPermission: {
    title: 'This page isn’t part of your role',
    lead: (role: string) => `You’re signed in as ${role}. A coordinator can change what your role is.`,
    elsewhere: 'These pages are yours:',
  },
  noRole: 'a member',
  unstaffed: {
    title: (waiting: number) => (waiting === 1 ? 'Somebody is waiting' : `${waiting} people are waiting`),
    since: (at: string) => `since ${at}, and nobody is at the desk. They’ve been told so, and that you know.`,
    open: 'Open the desk',
  },

  secondFactor: {
    title: 'One more step keeps people’s words safe',
    lead: 'Staff sign in with a password and six numbers from an authenticator app on your phone.',
    start: 'Set it up',
    later: 'Later',
    stepSecret: 'Add this key to your app',
    secret: 'Key',
    uri: 'Or open this address on your phone',
    copy: 'Copy',
    copied: 'Copied',
    stepNumbers: 'Write the six numbers it shows',
    confirm: 'Confirm',
    confirming: 'Checking…',
    done: 'Done. From now on we’ll ask for the numbers when you sign in.',
    sensitive: 'Whoever has this key can make your numbers. It isn’t shown again.',
  },

  invitation: {
    loading: 'Opening your invitation…',
    title: (hub: string) => `${hub} would like you to join`,
    as: (role: string) => `You’re invited as ${role}.`,
    lead: 'Read what this role is. Then choose how you sign in.',
    name: 'Sign-in name',
    nameHint: 'Only coordinators see it. An e-mail address isn’t needed.',
    pseudonym: 'The name people see',
    pseudonymHint: 'Not your full name. Two to 24 letters.',
    password: 'Password',
    passwordHint: 'Ten characters at least. Four unrelated words work well.',
    nameShort: 'Three letters at least.',
    pseudonymShort: 'Two letters at least, 24 at most.',
    passwordShort: 'Ten characters at least.',
    act: 'Join',
    acting: 'Joining…',
    spentTitle: 'This invitation can’t be used any more',
    spent: 'It was used already, taken back, or it has run out. Ask the person who sent it for a new one.',
    haveOne: 'Already joined? Sign in',
  },

  roleCard: {
    heading: 'What your role is',
    headingMany: 'What your roles are',
    open: 'Your role',
    may: 'You may',
    mayNot: 'You may not',
    truth: 'Printed from the table the service itself goes by.',
  },
  roles: {
    member: 'member',
    peer: 'peer',
    moderator: 'moderator',
    clinician: 'clinician',
    coordinator: 'coordinator',
  } as Record<string, string>,
  places: {
    member: '',
    peer: 'peer',
    lead: 'leads this group',
    co_lead: 'co-leads this group',
    clinician: 'clinician',
    moderator: 'moderator',
  } as Record<string, string>,

  alarms: {
    step_late: 'A call for a clinician is late.',
    no_worker: 'Calls for a clinician may be late right now.',
    heartbeat_missed: 'Calls for a clinician may not get through right now.',
    meanwhile: 'Until it’s mended, look at what’s open often, and ring each other.',
  } as Record<string, string>,

  pages: { label: 'Pages', desk: 'Desk', onCall: 'On call', coordinate: 'Coordinate', rooms: 'Rooms' },
  paths: { desk: '/desk', onCall: '/on-call', coordinate: '/coordinate' },
  account: { signOut: 'Sign out', here: (name: string, roles: string) => `${name}, ${roles}` },
  list: (words: string[]): string =>
    words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`,
}
