// What people read on more than one page. Plain, warm, short: what happened, what it means, what one can do.

export const shared = {
  house: 'Beside',
  urgent: {
    open: 'Urgent help',
    title: 'If you need help right now',
    intro: 'You can turn to any of these at once. You can come back here afterwards.',
    none: 'If you’re in danger, or someone near you is, ring for help at once: the emergency number where you live.',
    close: 'Back to where I was',
  },
  exit: {
    button: 'Leave quickly',
    hint: 'You can also press Shift three times.',
    history:
      'It closes this page at once and signs you out here. The name of this site may stay in the browser’s history.',
  },
  touch: {
    lost: 'We’ve lost touch for a moment. What you write stays here and goes as soon as we’re back.',
    back: 'We’re back in touch.',
    checking: 'Checking for missed messages…',
    otherTab: 'This is open in several other places, so it rests here.',
    useHere: 'Use it here',
    blocked:
      'This page can’t be used from here right now. The places under “Urgent help” are there for you all the same.',
    why: 'What happened, and why',
    outdated:
      'This page is from before an update, so nothing more can go out from it. What you’ve written stays here until you load it afresh. Copy what you’d like to keep.',
    loadAfresh: 'Load it afresh',
    unreachable: 'We can’t reach the house just now. It is most likely the connection, and not you.',
    tryAgain: 'Try again',
  },
  state: {
    sending: 'Sending…',
    sent: 'Sent',
    seen: 'Seen',
    unsent: 'Not sent yet. It goes as soon as we’re back in touch.',
    refused: 'This one wasn’t sent.',
    takeBack: 'Put it back in the box',
  },
  composer: {
    label: 'Your message',
    placeholder: 'Write when you’re ready',
    send: 'Send',
    left: (left: number) =>
      left >= 0
        ? `Room for ${left} more characters`
        : `${-left} characters more than we can carry. Two messages would do it.`,
    enterSends: 'Enter sends',
    enterSendsHint: 'Otherwise Enter makes a new line.',
  },
  log: {
    label: 'Messages',
    empty: 'Nothing has been said yet. There’s no hurry, and no wrong way to start.',
    begin: 'This is where it begins.',
    earlier: 'Show earlier messages',
    below: 'New messages below',
    away: 'You were away here',
    you: 'You',
    edited: 'changed later',
    hidden: 'This message was hidden by a moderator.',
    hiddenMine: 'A moderator hid this from the others.',
    hiddenWhy: (reason: string) => `The reason: ${reason}`,
    unreadable: 'This message can’t be read any more.',
    writing: (names: readonly string[]) =>
      names.length === 1
        ? `${names[0] ?? ''} is writing…`
        : names.length === 2
          ? `${names[0] ?? ''} and ${names[1] ?? ''} are writing…`
          : 'Several people are writing…',
    message: (name: string, at: string) => `${name}, ${at}`,
    menu: (name: string) => `More about this message from ${name}`,
    joinedMe: 'You came in.',
    joined: (name: string, place: string) => (place ? `${name} is here, ${place}.` : `${name} is here.`),
    left: (name: string) => `${name} has gone.`,
    removed: (name: string) => `${name} isn’t in this conversation any more.`,
    steppedOut: (name: string) => `${name} is taking a break from this group.`,
    closed: 'This conversation has ended. You can still read it.',
    reopened: 'This conversation is open again.',
    notices: {
      opened: 'This conversation has begun.',
      peer_connected: 'You’re connected. There’s no hurry, and no wrong way to start.',
      clinician_told:
        'A clinician is being told, so that nobody has to carry this alone. You’ll see here when one has looked.',
      clinician_seen: 'A clinician has seen it.',
      clinician_joined: 'A clinician has joined, and can read this conversation now.',
      clinician_read: 'A clinician read this conversation, with a reason.',
      escalation_closed: 'The clinician has finished for now.',
      consent_asked: 'The question was asked whether a clinician on call may know. Any answer is all right.',
      consent_yes: 'The answer was yes: a clinician on call may know.',
      consent_no: 'The answer was no.',
      consent_not_now: 'The answer was: not now.',
      returned_to_line:
        'The person you were talking with was called away. It isn’t anything you said. You’re at the front of the line, and someone will come.',
    },
  },
  places: {
    member: '',
    peer: 'a trained peer',
    lead: 'leading this group',
    co_lead: 'helping to lead',
    moderator: 'a moderator',
    clinician: 'a clinician',
  },
  readers: {
    open: 'Who can read this?',
    title: 'Who can read this',
    close: 'Close',
  },
  enter: 'Skip to the page',
  loading: 'One moment…',
  cancel: 'Not now',
  close: 'Close',
  copy: 'Copy',
  copied: 'Copied',
  unexpected: 'That didn’t work. It isn’t your doing. Try again in a moment.',
  outOfTouch: 'We couldn’t reach the house. What you wrote is still here. Try again in a moment.',
  gone: 'We can’t find that here. It may have ended.',
}

export type Shared = typeof shared
