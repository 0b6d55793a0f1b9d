// The page of peers and moderators, and of staff who follow an invitation.

import { mount } from 'svelte'
import './ui/tokens.css'
import './ui/ground.css'
import './views/staff/staff.css'
import Desk from './Desk.svelte'
import { openHouse } from './views/staff/house'

const target = document.getElementById('page')
if (target) mount(Desk, { target, props: { house: openHouse() } })
