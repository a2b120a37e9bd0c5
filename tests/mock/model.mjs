// A mocked model service for the tests that run real agents.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

import { defer, directory } from '../clients/cases.mjs';

const program = join(dirname(process.env.TINE), 'tests/mock/mock_model');

/// Starts a service of the dialect "responses" or "messages": its port, and what it was asked so
/// far.
export async function startModel(dialect) {
  const recording = join(directory('model'), 'requests.jsonl');
  const child = spawn(program, [dialect, recording], { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = new Promise((done) => { child.on('exit', done); });
  defer(() => child.stdin.end());
  const port = await new Promise((done) => {
    createInterface(child.stdout).once('line', done);
  });
  // The last line may still be written.
  const lines = () => readFileSync(recording, 'utf8').split('\n').slice(0, -1)
    .map((line) => JSON.parse(line));
  return {
    port,
    /// What the service has cached becomes so much older.
    putForward: async (seconds) => {
      const answer = await fetch(`http://127.0.0.1:${port}/mock/clock`,
        { method: 'POST', body: String(seconds) });
      await answer.text();
    },
    requests: () => lines().filter(({ method }) => method),
    /// What the calls of a thread of Codex were counted as that came to their end, from the first
    /// on.
    counted: (thread) => {
      const all = lines();
      const ends = new Map(all.filter(({ completed }) => completed)
        .map(({ completed, counted }) => [completed, counted]));
      return all.filter(({ body, response }) =>
        body?.prompt_cache_key === thread && ends.has(response))
        .map(({ response, counted }) => ({ ...counted, ...ends.get(response) }));
    },
    stop: () => {
      child.kill('SIGKILL');
      return gone;
    },
  };
}
