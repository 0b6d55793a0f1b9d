// Words for what comes after a call: whether it helped, looking back together, and what was learnt.

export const learning = {
  helped: {
    title: 'Did the answer help you and them?',
    line: 'A line to the clinician, if you like',
    lineHint: 'Only they read it. It’s about how the call was answered, not about a person.',
    options: { helped: 'It helped', partly: 'It helped a little', not_this_time: 'Not this time' },
    said: (words: string) => `You told the clinician: ${words}.`,
    came: (name: string) => `What ${name} says of your answer`,
  },
  review: {
    asks: 'A few lines to look back together?',
    begin: 'Write them',
    putOff: 'Not for this one',
    open: 'Look back on it together',
    title: 'Looking back together',
    lead: (name: string) =>
      `You and ${name} each write a few lines. You see each other’s once both are in, or after seven days. Leave out whatever you like.`,
    theirsIn: (name: string) => `${name}’s are in.`,
    wentWell: 'What went well',
    wouldHelp: 'What would have helped',
    lesson: 'One thing learnt that all staff here may read',
    lessonHint:
      'No names, and nothing that points to someone: no place, no age, no day. It’s shown with the month and without you.',
    needed: 'A line in any of the three is enough.',
    act: 'Keep it',
    waiting: (name: string) => `Yours is kept. ${name}’s will be here once it’s in.`,
    over: 'The seven days are over. Nothing more is written here.',
    lessonShared: 'What you learnt is on the page that all staff here read.',
    mine: 'Your lines',
    theirs: (name: string) => `${name}’s lines`,
    onlyLesson: 'Only something learnt, for everybody.',
  },
  lessons: {
    link: 'What we learnt',
    title: 'What we learnt',
    pageTitle: 'What we learnt · Beside',
    lead: 'Shared by peers and clinicians after a call, without names. Nothing here says whose it was, or of which evening.',
    none: 'Nothing has been shared yet. It comes from looking back on a call together.',
    takeOff: 'Take it off this page…',
    takeOffTitle: 'Take this off the page',
    takeOffLead: 'Its words are gone for good. That you took something off, and when, stays for coordinators to see.',
    takeOffAct: 'Take it off',
    gone: 'Taken off',
    goneLine: (month: string, by: string, at: string) => `Something of ${month}, by ${by}: ${at}`,
  },
}
