// The page of clinicians on call.

import { mount } from 'svelte'
import './ui/tokens.css'
import './ui/ground.css'
import './views/staff/staff.css'
import OnCall from './OnCall.svelte'
import { openHouse } from './views/staff/house'

const target = document.getElementById('page')
if (target) mount(OnCall, { target, props: { house: openHouse() } })
