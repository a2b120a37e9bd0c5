// Real clients, and real ACP agents behind the program: the whole of their stories.

import { longTest, test } from '../clients/cases.mjs';
import { playAcpx, playSdk } from './stories.mjs';
import { agents, World } from './world.mjs';

for (const [name, agent] of Object.entries(agents)) {
  const story = agent.slow ? longTest : test;
  story(`the SDK's client, with ${name}`, async () => playSdk(await World.make(name, agent), agent));
  const twice = name === 'codex-acp' ? test : longTest;
  twice(`acpx, with ${name}`, async () => playAcpx(await World.make(name, agent), agent));
}
