// The coordinator's page: who works here, which links are out, which groups there are. Whatever the house answers is what is shown.

import type {
  InvitationMade,
  InviteStaff,
  MakeGroup,
  Role,
  RoleCards,
  RoomShown,
  Rooms,
  Staff,
  Uuid,
} from '../net/wire'
import { Attempt } from './attempt.svelte'
import { Fresh } from './fresh.svelte'
import type { House } from './staff.svelte'

export const STAFF_ROLES: readonly Role[] = ['peer', 'moderator', 'clinician', 'coordinator']

/** The roles that somebody does not have yet. */
export function rolesLeft(roles: readonly Role[]): Role[] {
  return STAFF_ROLES.filter((role) => !roles.includes(role))
}

export class PeopleAtWork {
  readonly staff: Fresh<Staff>
  readonly rooms: Fresh<Rooms>
  readonly cards: Fresh<RoleCards>
  readonly giving = new Attempt()
  readonly taking = new Attempt()
  readonly inviting = new Attempt()
  readonly making = new Attempt()
  /** The link is shown once: it lives here until it is put away, and nowhere else. */
  made = $state.raw<InvitationMade | undefined>()
  readonly #house: House

  constructor(house: House) {
    this.#house = house
    this.staff = new Fresh(() => house.doors.staff())
    this.rooms = new Fresh(() => house.doors.rooms())
    this.cards = new Fresh(() => house.doors.roles())
  }

  start(): () => void {
    const stops = [
      this.staff.follow(this.#house.session, 'account'),
      this.rooms.follow(this.#house.session, 'rooms'),
      this.cards.follow(this.#house.session, 'account'),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }

  async give(account: Uuid, role: Role): Promise<boolean> {
    return this.#shows(await this.giving.run(() => this.#house.doors.giveRole(account, { role })))
  }

  async take(account: Uuid, role: Role): Promise<boolean> {
    return this.#shows(await this.taking.run(() => this.#house.doors.takeRole(account, role)))
  }

  async invite(body: InviteStaff): Promise<boolean> {
    this.made = await this.inviting.run(() => this.#house.doors.invite(body))
    if (this.made) await this.staff.load()
    return this.made !== undefined
  }

  putAway(): void {
    this.made = undefined
  }

  async takeBackInvitation(invitation: Uuid): Promise<boolean> {
    const done = await this.taking.run(() => this.#house.doors.takeBackInvitation(invitation))
    if (this.made?.invitation === invitation && done) this.made = undefined
    await this.staff.load()
    return done !== undefined
  }

  async makeGroup(body: MakeGroup): Promise<RoomShown | undefined> {
    const room = await this.making.run(() => this.#house.doors.makeGroup(body))
    if (room) await this.rooms.load()
    return room
  }

  #shows(staff: Staff | undefined): boolean {
    if (staff) this.staff.value = staff
    return staff !== undefined
  }
}
