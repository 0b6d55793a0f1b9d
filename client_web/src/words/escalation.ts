// Words for calling a clinician: the three levels, what was agreed, and what came of it, truthful at each moment.
import { timeOfDay } from './when'

const onTheList = (rung: number) => ['first', 'second', 'third', 'fourth', 'fifth'][rung - 1] ?? 'next'

export const escalation = {
  worried: {
    title: 'I’m worried about somebody',
    lead: 'Talking about suicide isn’t an emergency by itself. Choose what fits; you can raise it later.',
    severity: 'How soon does a clinician need to know?',
    levels: [
      ['concern', 'Concern', 'It stays with me. A clinician should think along with us in the next hours.'],
      [
        'high',
        'High',
        'They may come to harm in the next days, or what they say is getting heavier. Someone should answer within minutes.',
      ],
      [
        'critical',
        'Critical',
        'They may come to harm now: there is a plan, a means or a time, or it has begun. Someone is called at once.',
      ],
    ] as [string, string, string][],
    ask: {
      lead: 'If you can, ask them first. They answer with one press, and you needn’t wait for it.',
      act: 'Ask in the chat: may a clinician know?',
      acting: 'Asking…',
      asked: (at: string) => `You asked them at ${at}. No answer yet, and you needn’t wait for one.`,
      answers: {
        yes: (at: string) => `They said yes at ${at}.`,
        no: (at: string) => `They said no at ${at}. If you go on, say why.`,
        not_now: (at: string) => `They said “not now” at ${at}. That isn’t a yes: if you go on, say why.`,
      },
    },
    unsent: 'This hasn’t left your screen. Don’t wait for us if somebody is in danger now:',
    consent: 'Do they know?',
    consents: [
      ['agreed', 'I asked, and they agreed'],
      ['declined', 'I asked, and they said no'],
      ['could_not_ask', 'I couldn’t ask'],
    ] as [string, string][],
    goOn: 'Why you’re going on all the same',
    goOnHint: 'They will see that a clinician was told. Saying no doesn’t close any door to them.',
    view: 'What you think is going on',
    viewHint: 'The clinician reads this first. Your own words; a few lines are enough.',
    facts: 'What they agreed to pass on, if anything',
    factsHint: 'Only what they said may be passed on: a name, a place, a number.',
    factsDeclined: 'They said no, so nothing but your own view is passed on.',
    factsNotAsked: 'As you couldn’t ask, nothing but your own view is passed on.',
    act: 'Tell the clinician on call',
    acting: 'Telling them…',
    stay: 'You stay with them. They see in the conversation that a clinician is being told.',
    required: {
      severity: 'Choose how soon.',
      consent: 'Say whether they know.',
      view: 'Write what you think, in a line or two.',
      goOn: 'Say in a few words why you’re going on.',
    },
  },

  status: {
    title: {
      concern: 'Call for a clinician: a concern',
      high: 'Call for a clinician: high',
      critical: 'Call for a clinician: critical',
    } as Record<string, string>,
    stands: {
      raised: 'on its way',
      asking: 'asking the first on call',
      asking_next: 'asking the next person',
      delivered: 'told, nobody answered yet',
      handed_back: 'handed back, asking again',
      unanswered: 'nobody answered yet',
      undelivered: 'nobody reached yet',
      acknowledged: (name: string) => `${name} has it`,
      began: (name: string) => `${name} has begun`,
      joined: (name: string) => `${name} is in the conversation`,
      resolved: 'closed, with a line back to you',
      cancelled: 'taken back',
    },
    now: {
      raised: (at: string) => `Raised at ${timeOfDay(at)}. The first person on call is asked next.`,
      asking: (at: string) => `We’ve been asking the first person on call since ${timeOfDay(at)}.`,
      asking_next: (at: string, rung: number) =>
        `Nobody has answered yet, so we’ve been asking the ${onTheList(rung)} person on the list since ${timeOfDay(at)}.`,
      delivered: (at: string, rung: number) =>
        `It reached the ${onTheList(rung)} person on the list at ${timeOfDay(at)}. They haven’t answered yet. If they don’t, the next person is called.`,
      handed_back: (at: string, name: string | null) =>
        name
          ? `${name} handed it back at ${timeOfDay(at)}. The next person is asked now.`
          : `Nothing followed by ${timeOfDay(at)}, so they’re asked again.`,
      unanswered: (at: string) =>
        `By ${timeOfDay(at)} everybody on the list had been asked, and nobody had answered. We’ve begun again.`,
      undelivered: (at: string) => `Raised at ${timeOfDay(at)}, and nothing has got through yet.`,
      acknowledged: (at: string, name: string) =>
        `${name} has had this since ${timeOfDay(at)}. They haven’t said yet that they’ve begun.`,
      began: (at: string, name: string) => `${name} began at ${timeOfDay(at)}.`,
      joined: (at: string, name: string) => `${name} joined the conversation at ${timeOfDay(at)}. You stay too.`,
      resolved: (at: string, name: string) => `${name} closed it at ${timeOfDay(at)}, with a line back to you.`,
      cancelled: (at: string, name: string) => `${name} took it back at ${timeOfDay(at)}.`,
    },
    somebody: 'A clinician',
    person: {
      here: (name: string) => `${name} has this conversation open.`,
      away: (name: string, last: string) => `${name} isn’t on this page. They were last here ${last}.`,
      unknown: (name: string) => `${name} isn’t on this page.`,
      left: (name: string, at: string, over: boolean) =>
        `${name} left at ${timeOfDay(at)}.${over ? '' : ' The call goes on.'}`,
    },
    way: 'How far it has come',
    raised: 'Raised',
    told: 'Told',
    seen: 'Seen by a person',
    closed: 'Closed',
    raisedYet: 'Waiting to be stored',
    toldYet: 'Not delivered yet. We keep trying.',
    seenYet: 'Nobody has answered yet. If nobody does, the next person is called.',
    seenNot: 'Nobody yet',
    closedYet: 'Open',
    raisedBy: (name: string | null, at: string) => `${timeOfDay(at)}${name ? ` by ${name}` : ''}`,
    toldAt: (at: string, rung: number | null) => `${timeOfDay(at)}, ${onTheList(rung ?? 1)} on the list`,
    seenBy: (name: string | null, at: string) => `${timeOfDay(at)} by ${name ?? 'a clinician'}`,
    started: (name: string | null, at: string) => `${timeOfDay(at)}: ${name ?? 'a clinician'} has started`,
    joined: (name: string | null, at: string) => `${timeOfDay(at)}: ${name ?? 'a clinician'} joined the conversation`,
    handedBack: (name: string | null, at: string) =>
      `${timeOfDay(at)}: ${name ?? 'a clinician'} handed it back; the next person is called`,
    exhausted: (at: string) => `${timeOfDay(at)}: everybody on the list was tried; we began again`,
    cancelledAt: (name: string | null, at: string) => `${timeOfDay(at)}: taken back${name ? ` by ${name}` : ''}`,
    asked: (rung: number | null, at: string) =>
      `${timeOfDay(at)}: the ${onTheList(rung ?? 1)} person on the list is asked`,
    moreUrgent: (at: string) => `${timeOfDay(at)}: raised higher; everybody is asked afresh`,
    cancelAsked: (name: string | null, at: string) =>
      `${timeOfDay(at)}: ${name ?? 'somebody'} would take it back; it goes on until a second person agrees`,
    left: (name: string | null, at: string) => `${timeOfDay(at)}: ${name ?? 'the person'} left the conversation`,
    undone: (at: string) => `${timeOfDay(at)}: nothing followed, so it went back to the list`,
    banner: {
      undelivered: 'Not delivered: nobody has been reached yet',
      unanswered: 'Everybody has been asked, and nobody has answered yet',
    },
    bannerLead: 'We keep trying everybody on the list. Don’t wait for us:',
    outcomes: {
      talked: 'A clinician talked with them',
      handed_on: 'Somebody else is looking after it',
      emergency_services: 'Emergency services were called',
      no_contact: 'They couldn’t be reached',
      not_needed: 'Nothing more was needed',
    } as Record<string, string>,
    feedback: 'To you, from the clinician',
    consent: {
      agreed: 'They agreed.',
      declined: 'They said no; you gave a reason for going on.',
      could_not_ask: 'You couldn’t ask them.',
    } as Record<string, string>,
    openConversation: 'Go to the conversation',
    cancel: 'Take it back…',
    cancelTitle: 'Take this back',
    cancelLead: 'The clinician sees that you took it back, and why. For a critical one, a second person has to agree.',
    cancelReason: 'Why',
    cancelAct: 'Take it back',
    checked: (at: string) => `As of ${at}`,
    again: 'Raise it again or higher…',
  },
}
