// What a member reads on their own pages. Reading age about eleven; what happened, what it means, what one can do.

import { count, ordinal } from './when'

const peersHere = (peers: number) =>
  peers === 0
    ? 'No peer is here just now'
    : peers === 1
      ? 'One peer is here'
      : `${capital(count(peers))} peers are here`

export const member = {
  arrival: {
    title: 'Somebody to talk to, who has been there too',
    intro: (hub: string) =>
      `This is ${hub}. You can talk in writing with trained peers: people who have lived through something themselves. It’s free, and you don’t need an email address.`,
    know: 'Good to know before you come in',
    read: {
      title: 'Who can read what you write',
      words:
        'The people in the conversation with you. If someone reports a message, a moderator reads it and a few around it. If a clinician is called, they can read it once they’ve written down why. You can see each time they do.',
    },
    passed: {
      title: 'What is passed on, to whom, and why',
      words:
        'If a peer is worried that someone may come to harm, they can tell a clinician on call. They tell what they think, and what you agreed to pass on. They ask you first if they can, and you’ll see in the chat that it happened.',
    },
    never: {
      title: 'What never happens',
      words: 'Nobody sells or studies your words, and no machine answers you. You can go at any moment.',
    },
    name: 'The name people will see',
    nameHint: 'It isn’t your real name, and that’s the idea. Keep this one, take another, or write your own.',
    another: 'Suggest another',
    enter: 'I’ve read this. Come in',
    entering: 'Opening the door…',
    nameNeeded: 'Two letters or more, so that people can call you something.',
    returning: 'I’ve been here before',
    code: 'Your code',
    codeHint: 'Paste it or type it. Spaces, hyphens and capitals don’t matter.',
    codeEnter: 'Come back in',
    usePassword: 'I have a name and password',
    useCode: 'I have a code',
    signInName: 'Your name here',
    password: 'Your password',
    signedOut: 'You’re signed out on this page. Your code brings you back, and everything is where you left it.',
    open: (peers: number) =>
      peers === 0
        ? 'These are our hours, and no peer is here at this moment. You can come in all the same.'
        : `The door is open. ${peersHere(peers)}.`,
    closed: (opens: string | null) =>
      `Nobody is on shift just now.${opens ? ` The next shift begins ${opens}.` : ''} You can come in all the same, and read along in the lounge.`,
    exitTitle: 'If you need to leave in a hurry',
  },
  code: {
    title: (name: string) => `Welcome, ${name}`,
    words:
      'This is your code. It brings you back here on any device, and it is shown only this once. We keep no copy that anyone could read.',
    label: 'Your code',
    copy: 'Copy it',
    print: 'Print it',
    kept: 'I’ve kept it',
    safe: 'Keep it where only you look. On a shared phone, writing it on paper is safest.',
    printed: 'A code of mine',
  },
  nav: {
    label: 'Your pages',
    home: 'Start',
    rooms: 'Groups',
    told: 'What you told us',
    happened: 'What happened',
    you: 'You',
  },
  home: {
    title: (name: string) => `Hello, ${name}`,
    open: (peers: number) => `${peersHere(peers)}, and the door is open.`,
    openNobody:
      'These are our hours, and no peer is here at this moment. You can ask now, and we’ll tell you truthfully where you stand.',
    closed: 'Nobody is on shift just now.',
    opens: (when: string) => `The next shift begins ${when}.`,
    closedMeanwhile:
      'You can ask for someone then. Until then you can read along in the lounge, or turn to the places under “Urgent help”.',
    ask: 'Ask for support',
    askHint: 'One to one, in writing, with a trained peer.',
    waiting: 'You’re in line',
    waitingHint: 'Your place is kept. Tap to see where you are.',
    met: (name: string) => `${name} is here for you`,
    talk: (name: string) => `Your conversation with ${name}`,
    metHint: 'Go on where you left off',
    conversations: 'Your conversations',
    none: 'No conversations yet. They’ll be listed here once you’ve had one.',
    fresh: 'New words for you',
    ended: 'Ended',
    rooms: 'Groups and the lounge',
    acted: 'Something was decided that concerns you. Here is what, why, and how to ask somebody else to look at it.',
    unnamed: 'A conversation',
  },
  ask: {
    title: 'Ask for support',
    intro: 'Three questions. You can leave out any of them, or all.',
    wants: 'What would help right now?',
    wantsHint: 'A few words are plenty: to be heard, to think something through, not to be alone.',
    who: 'Who would feel right to talk with?',
    whoHint: 'Someone who knows grief, someone near your age, anyone at all.',
    safe: 'Are you safe right now?',
    yes: 'Yes',
    unsure: 'I’m not sure',
    no: 'No',
    unsafe: 'Thank you for saying so. You’ll be moved up the line. These places can be with you sooner than we can:',
    shared: 'The peer who meets you sees what you wrote here. Nobody else in line does.',
    send: 'Find me someone',
  },
  line: {
    title: 'We’ve got you. Someone will be with you.',
    titleClosed: 'Your place is kept',
    keep: 'You can close this page and come back with your code: your place is kept.',
    place: (place: number) => (place === 1 ? 'You’re next' : `You’re ${ordinal(place)} in line`),
    somewhere: 'You’re in line',
    usually: (from: number, to: number) =>
      from === to
        ? `At this hour it usually takes about ${count(to)} ${to === 1 ? 'minute' : 'minutes'}.`
        : `At this hour it usually takes ${from} to ${to} minutes.`,
    cantTell: 'We can’t tell yet how long it takes at this hour.',
    here: (peers: number) => `${peersHere(peers)}.`,
    closed: (opens: string | null) =>
      opens
        ? `Nobody is on shift just now. The next shift begins ${opens}, and you keep your place.`
        : 'Nobody is on shift just now. You keep your place.',
    meanwhile: 'While you wait, if you like',
    write: 'Write down what you’d like to say',
    writeHint:
      'It stays on this screen, and is in your message box when someone comes. Nobody sees it until you send it.',
    lounge: 'Read along in the lounge',
    loungeHint: 'You don’t have to say anything.',
    fallback: (when: string) => `If nobody is free by ${when}, we’ll say so here, and you choose what’s next.`,
    late: 'This is taking longer than we hoped, and that isn’t because of you. You can go on waiting, read along in the lounge, or turn to one of the places under “Urgent help”.',
    leave: 'Step out of the line',
    left: 'You’re out of the line. You can ask again whenever you like.',
    notIn: 'You’re not in line at the moment.',
    closedNow: 'We’re closed just now, so there’s no line',
    closedOpens: (opens: string | null) =>
      opens
        ? `The next shift begins ${opens}. You can ask then. In the lounge you can read along until then.`
        : 'We can’t say when the next shift begins. In the lounge you can read along.',
    nobody: 'No peer is here at this moment, and we can’t promise when one will be. You keep your place.',
    told: (at: string) => `At ${at} we told the people who run this place that someone is waiting.`,
    turn: 'Places you can turn to now',
  },
  rooms: {
    title: 'Groups and the lounge',
    none: 'There are no groups just now. When one begins, it will be listed here.',
    lounge: 'The lounge',
    loungeWords: 'Always open. Reading along is welcome; you don’t have to say anything.',
    leads: (names: readonly string[]) =>
      names.length ? `Led by ${names.join(' and ')}` : 'Nobody is leading it just now',
    here: (people: number) =>
      people === 0
        ? 'Nobody is here at the moment'
        : people === 1
          ? 'One person is here'
          : `${capital(count(people))} people are here`,
    joined: 'You’re in',
    history: 'People who come later can read what was said before, and so can you.',
    noHistory: 'You see what is said from the moment you come in, and nothing from before.',
    open: 'Go in',
    look: 'Read about it',
    agreements: 'What everyone here agrees to',
    agree: 'I’ll keep to these. Join',
    join: 'Join',
    break: (until: string) => `You’re taking a break from this group until ${until}.`,
    why: 'What happened, and how to ask somebody else to look at it',
    back: 'All groups',
  },
  talk: {
    with: (name: string) => `You’re talking with ${name}`,
    alone: 'Your conversation',
    peer: 'A trained peer, with lived experience of their own.',
    lounge: 'Reading along is welcome. You don’t have to say anything.',
    here: (people: number) => (people === 1 ? 'One person here' : `${capital(count(people))} people here`),
    told: 'We’re calling a clinician.',
    details: 'Who can read this?',
    readers: {
      participants: 'The people in this conversation.',
      newcomers: 'People who join later can read what was said before.',
      report:
        'If someone reports a message, a moderator who isn’t in here reads that message, with five before it and five after. You can see that they did.',
      clinician: 'A clinician who is called, once they’ve written down why. You can see that they did.',
    },
    whoDid: 'Who read your words',
    people: 'Who is here',
    present: 'here now',
    keyboard: 'How the Enter key works',
    end: 'End this conversation',
    endWords: 'It can still be read afterwards. You can ask for support again whenever you like.',
    endNow: 'End it',
    leave: 'Leave this group',
    leaveWords: 'The others see that you’ve gone, and no reason. You can come back.',
    leaveNow: 'Leave it',
    ended: 'This conversation has ended. You can still read it.',
    again: 'Ask for support again',
    loading: 'Opening the conversation…',
    goneTitle: 'This isn’t open to you at the moment',
    gone: 'It may have ended, or you may have left it.',
    steppedOut:
      'You’re taking a break from this group for now. It isn’t a verdict on you. Here is why, for how long, and how to ask somebody else to look at it.',
    suspended: 'You can’t take part for now. Here is why, for how long, and how to ask somebody else to look at it.',
    why: 'What happened, and why',
    start: 'Back to the start',
    metElsewhere: (name: string) => `${name} is here for you.`,
    someone: 'Somebody',
    go: 'Go to them',
  },
  question: {
    title: (name: string) => `${name} asks: may I let a clinician on call know?`,
    words: (name: string) =>
      `They hear what ${name} thinks, and what you say may be passed on. To open this chat, a clinician has to write down why, and you’d see it. Any answer is all right.`,
    yes: 'Yes',
    no: 'No',
    notNow: 'Not now',
  },
  report: {
    menu: (name: string) => `Tell a moderator about this message from ${name}`,
    title: 'Tell a moderator about this',
    intro: (name: string) => `${name} won’t learn that it was you.`,
    reason: 'What is it about?',
    reasons: {
      unkind: 'It’s unkind, or it hurts',
      worried: 'I’m worried about this person',
      contact: 'It asks for contact outside, or for money',
      sexual: 'It’s sexual, and unwanted',
      other: 'Something else',
    },
    words: 'Anything you’d like to add',
    wordsHint: 'You can leave this out.',
    send: 'Send',
    choose: 'Choose what it’s about, and it can go.',
    done: 'Thank you. A moderator will look at it, with the messages around it. You’ll hear back under “What you told us”.',
  },
  receipts: {
    title: 'What you told us',
    intro: 'Each thing you told a moderator, and what came of it.',
    none: 'You haven’t told us about anything. If a message ever troubles you, the three dots beside it are the way.',
    waiting: 'Waiting for a moderator to look.',
    looking: 'A moderator is looking at it.',
    outcomes: {
      acted: 'A moderator looked, and did something about it.',
      talked: 'A moderator looked, and talked with the person.',
      no_action: 'A moderator looked, and left it as it was.',
    } as Record<string, string>,
    said: (words: string) => `They wrote to you: ${words}`,
  },
  acts: {
    title: 'What happened',
    intro:
      'Decisions that moderators made about you: what, why, for how long. You can ask somebody else to look at each of them.',
    none: 'Nothing has been decided about you.',
    kinds: {
      hide: 'A message of yours was hidden from the others.',
      step_out: 'You were asked to take a break from a group.',
      suspend: 'You can’t take part for now.',
    } as Record<string, string>,
    other: 'A moderator made a decision about you.',
    where: (title: string) => `In ${title}`,
    why: 'Why',
    until: (when: string) => `Until ${when}.`,
    over: (when: string) => `It ended ${when}.`,
    stays: 'The rest of what you wrote stays as it was, and you can go on taking part.',
    undone: 'This was taken back.',
    offered: 'Somebody would like to talk with you, one to one, if you want that.',
    talk: 'Talk with them',
    appeal: 'Ask somebody else to look at it',
    appealHint: 'Someone who had no part in the decision reads this, and what it was about. Say it in your own way.',
    appealSend: 'Send it to them',
    appealed: 'Somebody else will look at it. You’ll see here what they decide.',
    states: {
      asked: 'Somebody else will look at it. You’ll see here what they decide.',
      upheld: 'Somebody else looked at it, and the decision stands.',
      undone: 'Somebody else looked at it, and took the decision back.',
    } as Record<string, string>,
    said: (words: string) => `They wrote to you: ${words}`,
    words: 'In your words',
  },
  readings: {
    title: 'Who read your words',
    intro: 'Sometimes somebody who isn’t part of a chat has to open it. It’s written down here before they see a word.',
    none: 'Nobody has, but for the people you talk with. If somebody else ever does, you’ll find here who it was, and when.',
    kinds: {
      report: 'Someone reported a message. This moderator read it, and a few lines before and after it.',
      transcript: 'A peer called for a clinician. This clinician read your chat, and wrote down why.',
    },
    with: (name: string) => `Your conversation with ${name}`,
    in: (title: string) => `In ${title}`,
  },
  you: {
    title: 'You',
    name: 'The name people see',
    hub: (hub: string) => `You’re at ${hub}.`,
    code: 'A new code',
    codeWords: 'If your code is lost, or someone may have seen it, you can have a new one. The old one stops working.',
    codeMake: 'Give me a new code',
    password: 'A password, if you want one',
    passwordWords:
      'You don’t need one: your code is enough. With a password you can come in by name. Other devices where you’re signed in will be signed out.',
    passwordNew: 'Your password',
    passwordHint: 'Ten characters or more. A few words in a row work well.',
    passwordCurrent: 'Your password until now',
    passwordSet: 'Keep this password',
    passwordChange: 'Change your password',
    passwordDone: 'Your password is kept.',
    read: 'Who read your words',
    readWords: 'When somebody who isn’t part of a chat of yours opens it, you can see that here.',
    readLink: 'See who read your words',
    writing: 'Writing',
    may: 'What you can do here',
    leave: 'Sign out on this page',
    leaveWords: 'Nothing is lost. Your code brings you back. Words you haven’t sent yet go with the page.',
    exit: 'Leaving in a hurry',
  },
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
