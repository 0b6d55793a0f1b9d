// Words of the coordinator's pages about how people on call are reached, and what was sent to them.
import { moment } from './when'

/** One try, as far as it is put in words. */
interface Try {
  at: string
  ended_at: string | null
  reason: string | null
  status: number | null
  milliseconds: number | null
}

const reasons: Record<string, string> = {
  timeout: 'no answer in time',
  refused: 'nobody answers at that address',
  dns: 'that name leads nowhere just now',
  unreachable: 'there is no way to it just now',
  tls: 'its certificate isn’t right',
  reset: 'it hung up in the middle',
  not_http: 'what answers there isn’t a receiver',
  not_smtp: 'what answers there isn’t a mail relay',
  redirect: 'it points elsewhere, and we don’t follow',
  too_large: 'it answered with far too much',
  gone: 'it says this address is gone',
  asked_to_wait: 'it asked us to wait',
  not_accepted: 'it didn’t accept it',
  bad_url: 'we can’t read its address',
  not_https: 'its address doesn’t begin with https',
  forbidden_address: 'it leads inside a network that your operator hasn’t listed',
  forbidden_port: 'it’s on a port that your operator hasn’t listed',
  no_relay: 'your operator hasn’t set up e-mail',
  channel: 'we can’t open its address any more',
  lost: 'we never heard how it ended',
}

/** How a try went, in a few words. */
export function outcome(one: { reason: string | null; status: number | null }): string {
  if (one.reason === null) return 'taken in'
  const words = reasons[one.reason] ?? 'it didn’t arrive'
  return one.status === null ? words : `${words} (${one.status})`
}

const kinds = {
  webhook: 'Webhook',
  pagerduty: 'PagerDuty',
  alertmanager: 'Alertmanager',
  email: 'E-mail',
}

const acts = {
  page: 'Asked for somebody',
  reminder: 'Reminded whoever has it',
  acknowledged: 'Told it’s taken',
  resolved: 'Told it’s over',
}

const severities = { critical: 'critical', high: 'high', concern: 'a concern' }

export const channels = {
  tab: 'Channels',
  title: 'How people on call are reached',
  lead: 'Each channel leads to somebody’s pager, phone or mailbox. It reaches nobody until the on-call list names it. What goes out says how urgent it is and holds a link: never a name, never a word.',
  loading: 'Gathering the channels…',
  none: 'There are no channels yet. Until there is one, nobody on call can be reached.',
  kinds,
  leadsTo: (where: string) => `leads to ${where}`,
  unreadable: 'we can’t open its address any more; make it anew',
  belongsTo: (who: string) => `${who}’s own`,
  usedBy: (who: string) => `On the list for ${who}`,
  unused: 'Not on the list of who is called',
  inOpenCall: 'A call that is open may still use it',
  exchanging: 'An old secret is still good beside the new one. End it once the receiver knows the new one.',
  gone: (at: string, now: number) =>
    `This address says it is gone, since ${moment(at, now)}. We go on trying it. Look at it soon: somebody may not be reached.`,
  last: (one: Try, now: number) => `Last used ${moment(one.at, now)}: ${one.ended_at ? outcome(one) : 'under way'}`,
  never: 'Not used yet',
  callback: 'Where its provider may say that somebody took a call',

  add: 'Add a channel',
  adding: 'Adding it…',
  kind: 'Which kind',
  kindWords: {
    webhook: 'A signed message to any address of yours',
    pagerduty: 'An incident in PagerDuty',
    alertmanager: 'An alert in your Alertmanager',
    email: 'A letter with a link, by your operator’s mail relay',
  },
  noMail: 'Your operator hasn’t set up e-mail, so a mailbox can’t be a channel yet.',
  name: 'What you call it',
  nameHint: 'Such as “Night pager”. It never leaves this place.',
  nameNeeded: 'Give it a name.',
  address: {
    webhook: 'Address',
    pagerduty: 'Address, if it isn’t the usual one',
    alertmanager: 'Alertmanager’s address',
    email: 'Mailbox',
  },
  addressHint: {
    webhook: 'It begins with https://',
    pagerduty: 'Leave it empty, unless your account is with their European service.',
    alertmanager: 'It begins with https://, or your operator lists it.',
    email: 'Such as on-call@example.org',
  },
  addressNeeded: 'Say where it leads.',
  routingKey: 'Integration key',
  routingKeyHint: '32 letters and numbers, from the Events API v2 integration of your service there.',
  routingKeyNeeded: 'PagerDuty needs the integration key.',
  signing: 'Secret of their webhook, if calls are taken there',
  signingHint: 'PagerDuty shows it once, when you add the webhook. Without it, nobody can take a call from PagerDuty.',
  owner: 'Whose it is',
  nobodys: 'Nobody’s in particular',

  made: 'Its secret',
  once: 'It’s shown this once. Give it to the receiver now: it checks by it that a message is ours.',
  kept: 'I’ve kept it',

  test: 'Test',
  testOf: (name: string) => `Send a test by ${name}`,
  testing: 'Sending…',
  tested: (one: { reason: string | null; status: number | null; milliseconds: number | null }) =>
    one.reason === null
      ? `It arrived${one.milliseconds === null ? '' : ` in ${spent(one.milliseconds)}`}. Look there whether somebody saw it.`
      : `It didn’t arrive: ${outcome(one)}${one.milliseconds === null ? '' : `, after ${spent(one.milliseconds)}`}.`,

  change: 'Change',
  changeOf: (name: string) => `Change ${name}`,
  changing: 'Keeping it…',
  keep: 'Keep',

  exchange: 'New secret',
  exchangeOf: (name: string) => `A new secret for ${name}`,
  exchangeLead:
    'Both secrets are good until you end the old one, so nothing is lost in between. Give the new one to the receiver, try it out, then end the old one.',
  exchangeKeyLead: 'The new key is used from now on. The old one is kept until you end it.',
  newKey: 'New integration key, if that changes',
  newSigning: 'New secret of their webhook, if that changes',
  begin: 'Make a new secret',
  beginKey: 'Use the new one',
  beginning: 'Making it…',
  end: 'End the old secret',
  endOf: (name: string) => `End the old secret of ${name}`,
  ending: 'Ending it…',

  retire: 'Retire',
  retireOf: (name: string) => `Retire ${name}`,
  retireLead: 'It’s used no more. What was sent by it stays in the log. You can add another at any time.',
  retireUsed: (who: string) => `It can’t be retired while it’s on the list for ${who}. Take it off the list first.`,
  retireOpen: 'It can’t be retired while a call that may use it is open.',
  retiring: 'Retiring it…',
}

export const deliveries = {
  tab: 'Sent',
  title: 'What was sent to whoever is on call',
  lead: 'Every message and every try at it. What a message said isn’t kept here; it never holds a name or a word.',
  loading: 'Gathering what was sent…',
  none: 'Nothing has been sent yet.',
  noneSo: 'Nothing of that kind.',
  caption: 'Messages, the newest first',
  what: 'Message',
  how: 'How it went',
  show: 'Show',
  states: { all: 'Everything', delivered: 'What arrived', not_delivered: 'What didn’t arrive' },
  ofOne: 'Only one call is shown.',
  all: 'Show every call',
  act: (one: keyof typeof acts) => acts[one],
  about: (severity: keyof typeof severities, rung: number) => `${severities[severity]}, person ${rung} on the list`,
  sameCall: 'Only this call',
  sameCallOf: (at: string) => `Only this call, with the message of ${at}`,
  by: (name: string, kind: keyof typeof kinds) => (name === kinds[kind] ? name : `${name} (${kinds[kind]})`),
  at: (at: string, now: number) => moment(at, now),
  arrived: 'Arrived',
  notYet: 'Not arrived',
  noTry: 'no try yet',
  tries: (count: number) => (count === 1 ? '1 try' : `${count} tries`),
  attempt: (one: Try, now: number) =>
    `${moment(one.at, now)}: ${one.ended_at ? outcome(one) : 'under way'}${one.milliseconds === null ? '' : `, ${spent(one.milliseconds)}`}`,
  again: 'Try once more',
  againOf: (name: string) => `Try once more by ${name}`,
  trying: 'Trying…',
  older: 'Show older',
  olderBusy: 'Gathering…',
}

/** A length of time as people say it: below ten seconds in tenths. */
function spent(milliseconds: number): string {
  return milliseconds < 100 ? 'less than a tenth of a second' : `${(milliseconds / 1000).toFixed(1)} seconds`
}
