// usage: node fake_app_server.mjs STAGE app-server: an app-server that notes in STAGE/heard what it
// is asked. It greets once there is a file STAGE/greet, begins turns once there is STAGE/answer, and
// ends them when they are interrupted. With STAGE/die it ends in place of beginning one.

import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

const [, , stage] = process.argv;
writeFileSync(join(stage, 'pid'), `${process.pid}`);
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const allowed = async (step) => {
  while (!existsSync(join(stage, step))) await pause(10);
};

let turns = 0;
const threadId = 'thread-1';

async function answer({ id, method, params }) {
  let result = {};
  if (method === 'initialize') {
    await allowed('greet');
    result = { userAgent: 'tine/0.169.0 (fake)' };
  } else if (method === 'account/read') {
    result = { account: { type: 'apiKey' } };
  } else if (method === 'thread/start' || method === 'thread/resume') {
    result = { thread: { id: threadId }, model: 'fake' };
  } else if (method === 'turn/start') {
    if (existsSync(join(stage, 'die'))) process.exit(7);
    await allowed('answer');
    turns += 1;
    const turn = { id: `turn-${turns}`, status: 'inProgress' };
    say({ id, result: { turn } });
    say({ method: 'turn/started', params: { threadId, turn } });
    return;
  }
  say({ id, result });
  if (method === 'turn/interrupt') {
    say({ method: 'turn/completed',
      params: { threadId, turn: { id: params.turnId, status: 'interrupted' } } });
  }
}

createInterface(process.stdin).on('line', (line) => {
  const message = JSON.parse(line);
  appendFileSync(join(stage, 'heard'), `${line}\n`);
  if ('id' in message) answer(message);
}).on('close', () => process.exit(0));
