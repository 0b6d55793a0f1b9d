// Words of the desk about reports, acts and appeals: what moderators do, and what others will read of it.
import { count, moment } from './when'

const people = (n: number): string =>
  n === 1 ? 'One person' : `${count(n).replace(/^./, (c) => c.toUpperCase())} people`

export const moderation = {
  tell: {
    title: 'Report this message',
    reason: 'What is it about?',
    reasonNeeded: 'Choose what it’s about.',
    more: 'Anything a moderator should know, if you like',
    act: 'Send it to a moderator',
    done: 'A moderator will look at it. Whoever wrote it isn’t told who reported it.',
  },

  report: {
    title: (name: string) => `A message by ${name}`,
    where: (title: string, kind: string) => (kind === 'one_to_one' ? 'In a one-to-one' : `In ${title}`),
    why: 'Why it is here:',
    said: 'They added:',
    people: (n: number) => `${people(n)} told us`,
    context: 'Five messages before and after',
    target: 'The reported message',
    none: 'The words are no longer there.',
    hiddenNow: 'Hidden from everyone but its author.',
    hiddenLine: 'This message is hidden.',
    notice: 'Something happened here',
    opened: 'That you opened this was written down. The reporter isn’t named to the author.',
    noneYours: 'You can read this. Take it before you act, so that two people don’t act at once.',
    theirs: (name: string) => `${name} has this. You can read along; the buttons wait until they let it go.`,
    yours: 'You have this.',
    closed: 'This is closed. Whoever reported it has heard back.',
    claim: 'I have this',
    hide: 'Hide the message…',
    restore: 'Show it again',
    restored: 'The message is shown again.',
    stepOut: 'Step them out…',
    worried: 'Call a clinician…',
    close: 'Close…',
    notIn:
      'You aren’t part of this conversation. To call a clinician about it, join the room first, or ask the peer who is with them.',
    hidden: 'Hidden. Its author was told why.',
    steppedOut: 'Done. They were told, and they know how to ask somebody else to look.',
    claimed: 'You have this now.',
    closedNow: 'Closed. Whoever told us hears back.',
  },

  hide: {
    title: 'Hide this message',
    lead: (name: string) => `Others see a gentle placeholder. ${name} reads why.`,
    reason: 'Why, in your own words',
    preview: (name: string) => `What ${name} will read`,
    previewText: (reason: string) =>
      `A message of yours was hidden from others. Why: ${reason || '…'} You can ask somebody else to look at it.`,
    act: 'Hide it',
    acting: 'Hiding it…',
  },

  stepOut: {
    title: (name: string) => `Step ${name} out for a while`,
    lead: (where: string) => `They can’t read or write in ${where} until the time is over. Then they’re welcome back.`,
    howLong: 'How long',
    lengths: [
      [15, 'a quarter of an hour'],
      [60, 'an hour'],
      [180, 'the rest of the evening (three hours)'],
      [1440, 'until this time tomorrow'],
      [4320, 'three days'],
      [10080, 'a week'],
    ] as [number, string][],
    reason: 'Why, in your own words',
    offer: 'Offer them a one-to-one now',
    offerHint: 'Nobody who is struggling should be left alone with this.',
    preview: (name: string) => `What ${name} will read`,
    previewText: (until: string, reason: string, offered: boolean) =>
      `You can’t take part in this group until ${until}. Why: ${reason || '…'}${offered ? ' Someone is free to talk with you now, if you’d like that.' : ''} You can ask somebody else to look at it.`,
    until: (at: number, now: number) => moment(at, now),
    act: 'Step them out',
    acting: 'Telling them…',
  },

  closeReport: {
    title: 'Close this report',
    lead: 'Whoever told us reads this.',
    outcome: 'What came of it',
    outcomeNeeded: 'Choose what came of it.',
    outcomes: [
      ['acted', 'We did something about it'],
      ['talked', 'We talked with the person'],
      ['no_action', 'We looked, and left it as it is'],
    ] as [string, string][],
    words: 'A line to whoever told us, if you like',
    wordsHint: 'Without names, and without what somebody else was told.',
    act: 'Close and tell them',
    acting: 'Closing…',
  },

  appeal: {
    title: (name: string) => `${name} asks somebody else to look`,
    words: 'What they say',
    done: 'What was done',
    by: (name: string) => `By ${name}`,
    reason: 'Why, as they were told:',
    body: 'The hidden message',
    until: (at: string, now: number) => `Until ${moment(at, now)}.`,
    kinds: {
      hide: 'A message was hidden',
      step_out: 'Stepped out for a while',
      suspend: 'Can’t take part for a while',
    } as Record<string, string>,
    otherKind: 'An act',
    decision: 'What you decide',
    options: [
      ['uphold', 'It stands', 'What was done was fair. You say why.'],
      ['undo', 'Undo it', 'It ends at once, and everybody involved sees that it was undone.'],
    ] as [string, string, string][],
    decisionNeeded: 'Choose what you decide.',
    reply: (name: string) => `What ${name} will read`,
    replyHint: 'Say what you saw and why you decide as you do.',
    act: 'Decide and tell them',
    acting: 'Telling them…',
    decided: 'Decided. They’ve been told.',
    notYours: 'You did this yourself, so somebody else decides.',
  },
}
