import { describe, expect, test } from 'vitest'
import { Refused } from '../net/http'
import type { PolicyBounds, PolicyDraft, PolicyPage } from '../net/wire'
import { Policy, choices, moved } from './policy.svelte'
import type { House } from './staff.svelte'

const patience = { unsent: 30, unseen: 60, next_rung: 120, remind: 600, undo: 900 }
const draft: PolicyDraft = {
  rungs: [{ person: 'First on call', channels: [], account: null, rota: false }],
  duty_manager: null,
  timers: { critical: patience, high: patience, concern: patience },
  emergency_script: 'Ring the number on the wall and say where they are.',
}

function pageOf(number: number, by = 'Juno'): PolicyPage {
  const versions = [{ number, by, at: '2026-11-25T10:00:00Z', restored: null, changes: [] }]
  return { number, draft: structuredClone(draft), people: [], channels: [], bounds: [], versions }
}

function houseWith(doors: Record<string, unknown>): House {
  return { doors } as unknown as House
}

describe('the draft of a policy', () => {
  test('is what is in force, until something is written in it', async () => {
    const policy = new Policy(houseWith({ policy: () => Promise.resolve(pageOf(3)) }))
    await policy.open()
    expect(policy.draft).toEqual(draft)
    policy.addRung('Second')
    expect(policy.draft?.rungs.map((rung) => rung.person)).toEqual(['First on call', 'Second'])
    expect(policy.page.value?.draft.rungs).toHaveLength(1)
    policy.forget()
    expect(policy.draft).toEqual(draft)
  })

  test('is still there when one comes back to it, and only then is anything lost with the page', async () => {
    let inForce = pageOf(3)
    const policy = new Policy(houseWith({ policy: () => Promise.resolve(inForce) }))
    await policy.open()
    expect(policy.holdsWords).toBe(false)
    policy.addRung('Second')
    expect(policy.holdsWords).toBe(true)
    inForce = pageOf(4)
    await policy.open()
    expect(policy.draft?.rungs.map((rung) => rung.person)).toEqual(['First on call', 'Second'])
    policy.forget()
    expect(policy.holdsWords).toBe(false)
    inForce = { ...pageOf(5), draft: { ...draft, emergency_script: 'Another one.' } }
    await policy.open() // nothing was written: what is in force now is what is shown
    expect(policy.draft?.emergency_script).toBe('Another one.')
  })

  test('says nothing of what would happen once it is written in again', async () => {
    const preview = { changes: [], nights: [] }
    const doors = { policy: () => Promise.resolve(pageOf(3)), previewPolicy: () => Promise.resolve(preview) }
    const policy = new Policy(houseWith(doors))
    await policy.open()
    await policy.look()
    expect(policy.preview).toEqual(preview)
    policy.addRung('Second')
    expect(policy.preview).toBeUndefined()
  })

  test('is kept where somebody else changed the policy meanwhile, and can go on top of theirs', async () => {
    const asked: number[] = []
    let inForce = pageOf(3)
    const doors = {
      policy: () => Promise.resolve(inForce),
      changePolicy: ({ basis }: { basis: number }) => {
        asked.push(basis)
        if (basis === inForce.number) return Promise.resolve(pageOf(5))
        const refusal = { code: 'changed_meanwhile', message: '', field: null, retry_after_ms: null }
        return Promise.reject(new Refused(409, refusal as never))
      },
    }
    const policy = new Policy(houseWith(doors))
    await policy.open()
    policy.addRung('Mine')
    inForce = pageOf(4, 'Sana')
    await policy.save()
    expect(policy.page.value?.versions[0]?.by).toBe('Sana')
    expect(policy.draft?.rungs.map((rung) => rung.person)).toEqual(['First on call', 'Mine'])
    expect(policy.saved).toBe(false)
    policy.onTop()
    await policy.save()
    expect(asked).toEqual([3, 4])
    expect(policy.saved).toBe(true)
  })
})

describe('what a timer may be set to', () => {
  const bounds: PolicyBounds = {
    severity: 'critical',
    timer: 'next_rung',
    least: 30,
    most: 120,
    usual: 120,
    may_be_none: false,
  }

  test.each([
    [bounds, 120, [30, 45, 60, 90, 120]],
    [bounds, 77, [30, 45, 60, 77, 90, 120]],
    [{ ...bounds, may_be_none: true }, 60, [30, 45, 60, 90, 120, null]],
    [{ ...bounds, may_be_none: true, usual: null }, null, [30, 45, 60, 90, 120, null]],
  ])('stays within its bounds, and holds what it is now', (within, current, expected) => {
    expect(choices(within, current)).toEqual(expected)
  })
})

test.each([
  [0, 1, ['b', 'a', 'c']],
  [2, -1, ['a', 'c', 'b']],
  [0, -1, ['a', 'b', 'c']],
  [2, 1, ['a', 'b', 'c']],
] as const)('moving number %s by %s', (from, by, expected) => {
  expect(moved(['a', 'b', 'c'], from, by)).toEqual(expected)
})
