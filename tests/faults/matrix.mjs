// What the program does when one system call fails: every request is answered, the program ends, and
// the store is whole. Which call that is, of which kind, and with which errno, is the matrix.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';

import { directory, patience, program, skip, within } from '../clients/cases.mjs';
import { runProgram, Server } from '../clients/server.mjs';
import { acting } from '../process/actors.mjs';

const injector = join(dirname(process.env.TINE), 'tests/faults/faults');
const { errno } = constants;

/// Each kind of call with the errors that the kernel may give for it. A client that is written to in
/// vain has left, so of writing to it only what passes is here.
export const kinds = {
  pidfd_open: ['EMFILE', 'ENFILE', 'ENOMEM'],
  pipe: ['EMFILE', 'ENFILE'],
  clone: ['EAGAIN', 'ENOMEM'],
  socket: ['EMFILE', 'ENFILE', 'ENOMEM'],
  open: ['EMFILE', 'ENFILE', 'ENOMEM', 'EIO', 'EINTR'],
  write: ['ENOSPC', 'EIO', 'EINTR'],
  send: ['EINTR', 'EAGAIN'],
  read: ['EIO', 'EINTR'],
  sync: ['EIO', 'EINTR'],
  fcntl: ['EMFILE', 'EINTR'],
  flock: ['EINTR', 'ENOLCK', 'EIO'],
  memory: ['ENOMEM'],
  epoll: ['ENOMEM', 'ENOSPC'],
  stat: ['EIO', 'ENOMEM'],
  mkdir: ['EIO', 'ENOSPC'],
  rename: ['EIO', 'ENOSPC'],
  unlink: ['EIO'],
  truncate: ['EIO', 'EINTR'],
  list: ['EIO', 'ENOMEM'],
  timer: ['EMFILE', 'ENOMEM'],
  limit: ['EPERM'],
  wait: ['EINTR'],
  access: ['EIO', 'ENOMEM'],
};

let repository;

/// A project that git has something to say about, made once.
function project() {
  if (repository) return repository;
  repository = directory('project');
  const git = (...words) => execFileSync('git', ['-C', repository, '-c', 'user.name=x', '-c',
    'user.email=x@example.org', ...words], { stdio: 'ignore' });
  git('init');
  writeFileSync(join(repository, 'file'), 'text\n');
  git('add', '.');
  git('commit', '-m', 'one');
  return repository;
}

/// The server with the NTH call of a kind failing (0: none); what it answered, how it ended, and how
/// many calls of the kind it made.
async function run(kind, nth, error) {
  const env = { ...acting('codex'), TINE_LOG_LEVEL: 'warning' };
  const count = join(directory('count'), 'count');
  const server = new Server({ env,
    command: [injector, kind, String(nth), String(errno[error] ?? 0), count, program, 'acp'] });
  const asked = [];
  const gone = server.exited.then(() => { throw new Error('the program has ended'); });
  gone.catch(() => {});
  const ask = (method, params) => {
    const answer = Promise.race([server.request(method, params), gone]);
    asked.push({ method, answer });
    return answer.catch(() => undefined);
  };
  const opens = { cwd: project(), mcpServers: [] };
  const say = (sessionId, text) =>
    ask('session/prompt', { sessionId, prompt: [{ type: 'text', text }] });
  const rehearsal = { ...opens, _meta: { tine: { backend: 'rehearsal' } } };

  await within(patience / 2, 'the answers', (async () => {
    await ask('initialize', { protocolVersion: 1, clientCapabilities: { _meta: { tine: {} } } });
    const opened = await Promise.all([ask('session/new', rehearsal), ask('session/new', rehearsal),
      ask('session/new', opens)]);
    const [one, two, three] = opened.map((each) => each?.sessionId ?? 'none');
    await Promise.all([say(one, 'hello'), say(one, 'again'), say(two, 'hello'), say(three, 'hello')]);
    await ask('session/fork', { sessionId: one, ...opens });
    await ask('session/close', { sessionId: two });
    await ask('session/load', { sessionId: two, ...opens });
    await ask('session/list', {});
    await Promise.all([say(two, 'more'), say(three, 'more')]);
    await ask('session/delete', { sessionId: one });
    say(two, '[[say:on it]] [[hang]]');
    say(three, 'last');
  })());
  server.stdin.end();
  const answers = await within(patience / 2, 'the last answers',
    Promise.allSettled(asked.map(({ answer }) => answer)));
  const end = await within(patience / 2, 'the program to end', server.exited);
  return { env, server, end, calls: existsSync(count) ? Number(readFileSync(count, 'utf8')) : 0,
    answers: answers.map((each, i) => ({ method: asked[i].method, ...each })) };
}

/// Nothing but an error of a known kind is an answer to a fault, and none says that what is there is
/// not.
function isAnswered({ method, status, reason }) {
  if (status === 'fulfilled') return;
  assert.ok(reason.data?.tine?.kind, `${method}: ${reason.message}`);
}

/// Plays a cell of the matrix.
export async function play(kind, nth, error) {
  const { env, server, end, answers } = await run(kind, nth, error);
  const what = `${kind} ${nth} ${error}; stderr: ${server.stderr}`;
  const started = answers[0].status === 'fulfilled';
  // The loader and the C library end the program before it begins, in their own words.
  if (!started && end.code > 3) return;
  assert.equal(end.signal, null, what);
  // What fails before anything was said ends the program with its reason.
  if (!started && end.code !== 0) {
    assert.ok([1, 3].includes(end.code), `code ${end.code}, ${what}`);
    assert.match(server.stderr, /\S/, what);
    return;
  }
  // What cannot be read cannot be answered.
  if (end.code === 1 && /connection broke: reading failed/.test(server.stderr)) return;
  assert.equal(end.code, 0, what);
  for (const each of answers) isAnswered(each);
  // A session that was opened is there.
  const opened = answers.slice(1, 4).every(({ status }) => status === 'fulfilled');
  for (const { reason } of opened ? answers.slice(4, 8) : [])
    assert.notEqual(reason?.data?.tine?.kind, 'session_not_found', what);
  const verified = await runProgram(['session', 'verify', '--all'], { env });
  assert.equal(verified.code, 0, `${what}\n${verified.stdout}${verified.stderr}`);
}

/// How many calls of the kind a run without faults makes; that run must be good.
export async function calls(kind) {
  if (!existsSync(injector)) skip('there is no program that lets calls fail');
  const { answers, calls: count, end, server } = await run(kind, 0, 'none');
  if (end.code === 125) skip(server.stderr);
  for (const { method, status, reason } of answers)
    assert.equal(status, 'fulfilled', `${method}: ${reason?.message}`);
  return count;
}
