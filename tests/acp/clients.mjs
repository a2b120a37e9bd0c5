// Real clients, and real ACP agents behind the program: the whole of their stories.

import { test } from '../clients/cases.mjs';
import { playAcpx, playSdk } from './stories.mjs';
import { agents, World } from './world.mjs';

for (const [name, agent] of Object.entries(agents)) {
  test(`the SDK's client, with ${name}`, async () => playSdk(await World.make(name, agent), agent));
  test(`acpx, with ${name}`, async () => playAcpx(await World.make(name, agent), agent));
}
