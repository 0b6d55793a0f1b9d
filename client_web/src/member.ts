// The member's page: puts the parts together and opens the door.

import { mount } from 'svelte'
import './ui/tokens.css'
import './ui/ground.css'
import Member from './Member.svelte'
import { wallClock } from './net/clock'
import { memberDoors } from './net/doors'
import { Http } from './net/http'
import { webSocket } from './net/line'
import { MemberHouse } from './state/member.svelte'
import { Session } from './state/session.svelte'
import { hasKeyboard, socketAddress } from './ui/page'

const http = new Http()
const doors = memberDoors(http)
const session = new Session({
  http,
  doors,
  openSocket: () => webSocket(socketAddress()),
  clock: wallClock,
  random: () => Math.random(),
})
const house = new MemberHouse(session, doors, new URLSearchParams(location.search).get('hub') ?? undefined)
house.enterSends = hasKeyboard()

const target = document.getElementById('page')
if (target) mount(Member, { target, props: { house } })
