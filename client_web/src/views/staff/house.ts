// The staff house as a browser gives it: real requests, a real socket, the wall clock.

import { wallClock } from '../../net/clock'
import { Http } from '../../net/http'
import { staffDoors } from '../../net/staff_doors'
import { webSocket } from '../../net/line'
import { Session } from '../../state/session.svelte'
import type { House } from '../../state/staff.svelte'
import { socketAddress } from '../../ui/page'

export function openHouse(): House {
  const http = new Http()
  const doors = staffDoors(http)
  const openSocket = () => webSocket(socketAddress())
  const session = new Session({ http, doors, openSocket, clock: wallClock, random: () => Math.random() })
  return { session, doors }
}
