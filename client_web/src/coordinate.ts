// The page of coordinators.

import { mount } from 'svelte'
import './ui/tokens.css'
import './ui/ground.css'
import './views/staff/staff.css'
import Coordinate from './Coordinate.svelte'
import { openHouse } from './views/staff/house'

const target = document.getElementById('page')
if (target) mount(Coordinate, { target, props: { house: openHouse() } })
