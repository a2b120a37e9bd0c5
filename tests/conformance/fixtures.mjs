// The tool itself: the agent that keeps all requirements passes, and an agent that breaks one of them
// fails that one alone.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { defer, directory, longTest, test, until } from '../clients/cases.mjs';
import { leaveOutLines } from './lines.mjs';
import { page } from './requirements_page.mjs';

const build = dirname(process.env.TINE);
const tool = join(build, 'acp-conform');
const fixture = join(build, 'conformance/fixture_agent');
const prompts = 'tests/conformance/directives.toml';

const requirements = readFileSync('conformance/requirements.toml', 'utf8').split(/^\[/m).slice(1)
  .map((text) => ({
    id: text.slice(0, text.indexOf(']')), tested: !/^(untested = |level = "TOLD")/m.test(text),
  }));
const tested = requirements.filter((each) => each.tested).map(({ id }) => id);

/// Runs the tool: its status and what it wrote.
const run = (options, broken = [], agent = [fixture], variables = {}) => new Promise((done) => {
  execFile(tool, ['--prompts', prompts, ...options, '--', ...agent, ...broken],
    { maxBuffer: 1 << 28, env: { ...process.env, ...variables } }, (fault, out, errors) =>
      done({ status: fault === null ? 0 : fault.code, out, errors }));
});

const ids = (report, ...verdicts) => report.requirements
  .filter(({ verdict }) => verdicts.includes(verdict)).map(({ id }) => id);

test('the agent that keeps all requirements passes them all', async () => {
  const { status, out, errors } = await run(['--json', '-', '--strict']);
  assert.equal(status, 0, errors);
  const report = JSON.parse(out);
  assert.equal(report.conforms, true);
  assert.deepEqual(ids(report, 'pass').sort(), [...tested].sort());
});

// Those that break by silence take as long as the tool waits.
const silence = '5';

const areaOf = (id) => id.split('-')[1];
// A message of forty megabytes takes as long as all other scenarios together.
const heavy = 'ACP-ROBUST-009';

/// `register` makes the case; `among` gives the options by which the requirements are chosen that an
/// agent is judged by.
const breaksOneAlone = (register, name, area, among) => {
  register(`an agent that breaks a requirement fails that one alone${name}: ${area}`, async () => {
    const left = tested.filter((id) => areaOf(id) === area);
    const wrong = [];
    const work = async () => {
      for (let id = left.shift(); id !== undefined; id = left.shift()) {
        const { status, out, errors } =
          await run(['--json', '-', '--timeout', silence, '--strict', '--no-facts', ...among(id)], [id]);
        const failed = out === '' ? errors : ids(JSON.parse(out), 'fail', 'warning').join(' ');
        if (failed !== id || status !== 1) wrong.push(`${id}: exit ${status}, failed: ${failed}`);
      }
    };
    await Promise.all([work(), work(), work(), work()]);  // most of them wait for silence
    assert.deepEqual(wrong, []);
  });
};

for (const area of new Set(tested.map(areaOf))) {
  breaksOneAlone(test, ' of its area', area, (id) => tested
    .filter((each) => each === id || (areaOf(each) === area && each !== heavy))
    .flatMap((each) => ['--only', each]));
  breaksOneAlone(longTest, ' of all', area, () => []);
}

// Those of the other files are left out in the suite conformance_long.
for (const file of ['extensions.txt', 'initialize.txt', 'settings.txt']) leaveOutLines(file);

test('a version of the future is nothing that the schema judges', async () => {
  const { status, out } = await run(['--json', '-', '--strict'], ['speaks:2']);
  assert.deepEqual(ids(JSON.parse(out), 'fail', 'warning'), []);
  assert.equal(status, 0);
});

test('an agent that never stops talking is not waited for for ever', async () => {
  const { status, out } = await run(['--json', '-', '--timeout', '1', '--no-facts',
    '--only', 'ACP-END-004', '--only', 'ACP-FORK-006'], ['talks']);
  assert.equal(status, 1);
  const report = JSON.parse(out);
  assert.deepEqual(ids(report, 'fail', 'warning').sort(), ['ACP-END-004', 'ACP-FORK-006']);
  const reason = (id) => report.requirements.find((each) => each.id === id).evidence[0].reason;
  assert.match(reason('ACP-END-004'), /^the server does not end/);
  assert.match(reason('ACP-FORK-006'), /^other messages came for 10 s/);
});

test('an agent that does not tell of a command is not said to leave it behind', async () => {
  const { status, out } = await run(['--json', '-', '--timeout', '1', '--no-facts', '--only', 'ACP-END-003',
    '--prompt', 'sleep=[[hang]]']);
  assert.equal(status, 0);
  const [{ verdict, evidence }] = JSON.parse(out).requirements;
  assert.equal(verdict, 'not exercised');
  assert.match(evidence[0].reason, /^this did not come: update tool_call\n {4}nothing came/);
});

test('usage of one turn is told from usage of all turns', async () => {
  const told = async (...broken) => {
    const { status, out } = await run(['--json', '-', '--strict', '--only', 'ACP-PROMPT-001'], broken);
    assert.equal(status, 0);
    return JSON.parse(out).facts.find(({ id }) => id === 'ACP-USAGE-004').value;
  };
  assert.equal(await told(), 'per turn');
  assert.equal(await told('usage:cumulative'), 'cumulative: of all turns so far');
});

test('facts stand in each report', async () => {
  const folder = directory();
  const file = (name) => join(folder, name);
  const { out } = await run(['--only', 'ACP-PROMPT-001', '--only', 'ACP-CANCEL-001',
    '--markdown', file('a.md'), '--html', file('a.html')]);
  assert.match(out, /ACP-USAGE-004 {2}told: [^\n]*\n {4}per turn\n/);
  assert.match(readFileSync(file('a.md'), 'utf8'), /## Facts[^]*\| ACP-USAGE-005 [^|]*\| nothing \|/);
  assert.match(readFileSync(file('a.html'), 'utf8'), /ACP-USAGE-004[^]*<td>per turn<\/td>/);
});

test('a whole run tells how fast and large the agent is, and where a secret of a prompt is found', async () => {
  const { out } = await run(['--json', '-', '--env', 'HOME={folder}']);
  const facts = Object.fromEntries(JSON.parse(out).facts.map((each) => [each.id, each]));
  assert.match(facts['ACP-PERF-001'].value, /^[\d.]+ ms$/);
  assert.match(facts['ACP-PERF-002'].value, /^[\d.]+ MB, then [\d.]+ MB$/);
  assert.match(facts['ACP-PERF-003'].value, /^[\d.]+ ms, then [\d.]+ ms$/);
  assert.match(facts['ACP-PERF-004'].value, /^\d+ a second$/);
  for (const number of ['1', '2', '3', '4']) {
    assert.match(facts[`ACP-PERF-00${number}`].reference, /^the reference: \d/);
  }
  assert.equal(facts['ACP-SECRETS-001'].value, 'in 1 file: project/.fixture-agent');
  const { out: silent } = await run(['--json', '-', '--offline']);
  assert.ok(!JSON.parse(silent).facts.some(({ id }) => /SECRETS|PERF-003|PERF-004/.test(id)));
});

test('a budget of prompts is not passed', async () => {
  const folder = directory();
  const { errors, out } = await run(['--json', '-', '--budget', '5', '--env', `COUNT=${folder}/count`]);
  assert.match(errors, /, 5 prompts at most/);
  const report = JSON.parse(out);
  assert.ok(ids(report, 'pass').includes('ACP-LIST-001'));
  const beyond = report.requirements.filter(({ evidence }) =>
    evidence[0]?.reason === 'the budget of 5 prompts is used up');
  assert.ok(beyond.length > 20);
  assert.ok(beyond.every(({ verdict }) => verdict === 'not exercised'));
  const sent = readFileSync(join(folder, 'count'), 'utf8').length;
  assert.ok(sent > 0 && sent <= 5, `${sent} prompts were sent`);
  const none = await run(['--json', '-', '--budget', '0']);
  assert.match(none.errors, /, 0 prompts at most/);
});

test('a run that is interrupted leaves no folder and no process, one that is killed what the next removes', async () => {
  const folder = directory();
  const files = () => readdirSync(folder);
  const begin = async (signal) => {
    const child = spawn(tool, ['--prompts', prompts, '--only', 'ACP-END-004', '--', fixture, 'ACP-END-004'],
      { env: { ...process.env, TMPDIR: folder }, stdio: 'ignore' });
    defer(() => child.kill('SIGKILL'));
    const gone = new Promise((done) => { child.on('exit', (status, name) => done(name)); });
    await until('the agent to work', () => files().some((each) =>
      readdirSync(join(folder, each)).some((scenario) => scenario !== 'lock')));
    child.kill(signal);
    assert.equal(await gone, signal);
  };
  await begin('SIGTERM');
  assert.deepEqual(files(), []);
  await begin('SIGKILL');
  assert.equal(files().length, 1);
  const agents = () => readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`TMPDIR=${folder}`);
    } catch {
      return false;
    }
  });
  for (const pid of await agents()) {
    try {
      process.kill(Number(pid), 'SIGKILL');  // they break ACP-END-004
    } catch { /* it has gone */ }
  }
  const { status } = await run(['--only', 'ACP-INIT-001'], [], [fixture], { TMPDIR: folder });
  assert.equal(status, 0);
  assert.deepEqual(files(), []);
});

test('a fork that is gone after a restart is found without session/load, too', async () => {
  const broken = ['without:loadSession', 'ACP-FORK-007'];
  const { out } = await run(['--json', '-', '--only', 'ACP-FORK-007'], broken);
  assert.deepEqual(ids(JSON.parse(out), 'warning'), ['ACP-FORK-007']);
  const whole = await run(['--json', '-', '--only', 'ACP-FORK-007'], ['without:loadSession']);
  assert.deepEqual(ids(JSON.parse(whole.out), 'pass'), ['ACP-FORK-007']);
});

test('a failure tells the requirement, what was expected, the wire and where to read', async () => {
  const { status, out } = await run(['--only', 'ACP-CANCEL-001'], ['ACP-CANCEL-001']);
  assert.equal(status, 1);
  for (const part of ['ACP-CANCEL-001  fail', 'protocol/v1/prompt-turn', 'expected "cancelled"',
    '-> {"jsonrpc":"2.0","method":"session/cancel"', '<- {"jsonrpc":"2.0","id":3',
    'does not conform (0 passed, 1 failed)']) {
    assert.ok(out.includes(part), `${part} is not in\n${out}`);
  }
});

test('a SHOULD is a warning, and a failure when it is asked for', async () => {
  const lenient = await run(['--only', 'ACP-INIT-004'], ['ACP-INIT-004']);
  assert.equal(lenient.status, 0, lenient.out);
  assert.match(lenient.out, /ACP-INIT-004 {2}warning/);
  const strict = await run(['--only', 'ACP-INIT-004', '--strict'], ['ACP-INIT-004']);
  assert.equal(strict.status, 1, strict.out);
});

test('a baseline forgives what is known, and nothing else', async () => {
  const baseline = join(directory(), 'known');
  writeFileSync(baseline, '# what we know\nACP-INIT-001 its issue is 12\n');
  const only = ['--only', 'ACP-INIT-001', '--only', 'ACP-INIT-002', '--baseline', baseline];
  assert.equal((await run(only, ['ACP-INIT-001'])).status, 0);
  assert.equal((await run(only, ['ACP-INIT-001', 'ACP-INIT-002'])).status, 1);
  const surprise = await run(only);
  assert.equal(surprise.status, 1);
  assert.match(surprise.out, /ACP-INIT-001 {2}pass, against the baseline/);
  writeFileSync(baseline, 'ACP-NONE-001\n');
  const unknown = await run(only);
  assert.equal(unknown.status, 2);
  assert.match(unknown.errors, /there is no requirement ACP-NONE-001/);
});

const loads = (html) => /<script|(src|href)="(?!https:\/\/agentclientprotocol\.com|#)|@import|url\(/.test(html);

test('reports for others', async () => {
  const folder = directory();
  const file = (name) => join(folder, name);
  await run(['--only', 'ACP-EXT-001', '--only', 'ACP-INIT-001', '--junit', file('a.xml'),
    '--markdown', file('a.md'), '--html', file('a.html'), '--json', file('a.json')], ['ACP-EXT-001']);
  const junit = readFileSync(file('a.xml'), 'utf8');
  assert.match(junit, /<testsuite name="acp-conform: fixture-agent 1.0.0" tests="2" failures="1"/);
  assert.match(junit, /<failure message="[^"]*unknown member hat"/);
  const markdown = readFileSync(file('a.md'), 'utf8');
  assert.match(markdown, /\| \[ACP-EXT-001\]\(https:[^)]*\) \| MANDATORY \| MUST NOT: [^|]* \| fail \|/);
  const html = readFileSync(file('a.html'), 'utf8');
  assert.match(html, /<a class="fail" href="#1-ACP-EXT-001">fail<\/a>/);
  assert.match(html, /<section id="1-ACP-EXT-001">[^]*unknown member hat[^]*&quot;hat&quot;:true/);
  assert.ok(!loads(html), 'the page loads something');
  assert.equal(JSON.parse(readFileSync(file('a.json'), 'utf8')).counts.fail, 1);
});

test('reports of several agents beside each other', async () => {
  const folder = directory();
  const file = (name) => join(folder, name);
  const only = ['--only', 'ACP-EXT-001', '--only', 'ACP-INIT-004', '--only', 'ACP-CLOSE-001'];
  await run([...only, '--json', file('good.json')]);
  await run([...only, '--json', file('bad.json')], ['ACP-EXT-001', 'ACP-INIT-004', 'ACP-CLOSE-001']);
  const matrix = (...words) => new Promise((done) => {
    execFile(tool, ['matrix', ...words], (fault, text, errors) => done({ fault, text, errors }));
  });
  const made = await matrix(file('good.json'), file('bad.json'), '--html', file('m.html'),
    '--markdown', '-');
  assert.equal(made.fault, null, made.errors);
  assert.match(made.text, /\| fixture-agent 1.0.0 \| conforms \| 3 \| 0 \|/);
  assert.match(made.text, /\| bad \| does not conform \| 0 \| 2 \| 1 \|/);
  assert.match(made.text, /\| ACP-EXT-001 \| [^|]* \| yes \| \*\*no\*\* \|/);
  assert.match(made.text, /\| ACP-INIT-004 \| [^|]* \| yes \| no \|/);
  const html = readFileSync(file('m.html'), 'utf8');
  assert.match(html, /href="#1-ACP-CLOSE-001">pass<[^]*href="#2-ACP-CLOSE-001">fail</);
  assert.match(html, /<section id="1-ACP-CLOSE-001">[^]*session\/close/);
  assert.ok(!loads(html), 'the page loads something');
  for (const id of html.matchAll(/href="#([^"]*)"/g)) assert.ok(html.includes(`id="${id[1]}"`), id[1]);
  writeFileSync(file('none.json'), '[]');
  const wrongly = await matrix(file('none.json'));
  assert.equal(wrongly.fault.code, 2);
  assert.match(wrongly.errors, /none.json: not a report of acp-conform --json/);
});

test('an agent that cannot be run is no agent that fails', async () => {
  const none = await run([], [], ['/no/such/agent']);
  assert.equal(none.status, 2);
  assert.match(none.errors, /did not answer initialize: it cannot be started/);
  const mute = await run([], [], ['true']);
  assert.equal(mute.status, 2);
  assert.match(mute.errors, /did not answer initialize/);
  const login = await run([], ['login'], [join(build, 'tests/agent/scripted_agent')]);
  assert.equal(login.status, 2);
  assert.match(login.errors, /wants a login[^]*A key/);
  assert.equal((await run(['--no-such-option'])).status, 2);
  assert.equal((await run(['--only', 'ACP-INIT-999'])).status, 2);
});

test('without a capability its requirements do not apply, without a prompt they are not exercised', async () => {
  const { out } = await run(['--json', '-', '--offline'], ['ACP-INIT-003']);
  const report = JSON.parse(out);
  assert.deepEqual(ids(report, 'fail'), ['ACP-INIT-003']);
  assert.ok(ids(report, 'not applicable').includes('ACP-LIST-001'));
  assert.ok(ids(report, 'not exercised').includes('ACP-CANCEL-001'));
});

test("a person's own scenarios", async () => {
  const folder = directory();
  writeFileSync(join(folder, 'mine.txt'),
    '== my own\ntests: ACP-INIT-004\nuse session\n-> 3 session/list {}\n<- 3 = {"sessions":[*,*]}\n');
  const { status, out } = await run(['--scenarios', folder, '--strict']);
  assert.equal(status, 1);
  assert.match(out, /ACP-INIT-004 {2}warning[^]*mine.txt:1 my own[^]*nothing at message.result.sessions\[1\]/);
  writeFileSync(join(folder, 'mine.txt'), '== my own\nnonsense\n');
  const wrongly = await run(['--scenarios', folder]);
  assert.equal(wrongly.status, 2);
  assert.match(wrongly.errors, /mine.txt:2: not a step/);
});

test('a version', async () => {
  const { status, out } = await run(['--version']);
  assert.equal(status, 0);
  assert.match(out, /^acp-conform \d+\.\d+\.\d+\n$/);
});

test('a list and an explanation', async () => {
  const { status, out } = await run(['--list']);
  assert.equal(status, 0);
  for (const { id } of requirements) assert.ok(out.includes(`${id}  `), id);
  assert.match(out, /ACP-CLOSE-001 {2}CAPABILITY {2}MUST: /);
  const explained = await run(['--explain', 'ACP-CANCEL-001']);
  assert.match(explained.out,
    /MANDATORY {2}MUST: [^]*acp-tck: ACP-CANCEL-001\n[^]*prompt-turn, revision [0-9a-f]{40}[^]*-> session\/cancel/);
});

test('the page of all requirements is that of today', () => {
  assert.equal(readFileSync('docs/requirements.md', 'utf8'), page(),
    'make it anew: node tests/conformance/requirements_page.mjs > docs/requirements.md');
});

test('the table of the official kit says what the requirements do', () => {
  const rows = readFileSync('docs/conformance-kit.md', 'utf8').split('\n')
    .filter((line) => line.startsWith('| ACP-')).map((line) => line.split('|').map((cell) => cell.trim()));
  const said = rows.map(([, theirs, , ours]) => [theirs, ours.split(', ').filter(Boolean).sort()]);
  const byTheirs = {};
  for (const text of readFileSync('conformance/requirements.toml', 'utf8').split(/^\[/m).slice(1)) {
    const id = text.slice(0, text.indexOf(']'));
    for (const [theirs] of (/^kit = .*/m.exec(text)?.[0] ?? '').matchAll(/ACP-[A-Z]+(-[A-Z]+)?-\d+/g))
      (byTheirs[theirs] ??= []).push(id);
  }
  assert.deepEqual(Object.fromEntries(said.filter(([, ours]) => ours.length > 0)),
    Object.fromEntries(Object.entries(byTheirs).map(([theirs, ours]) => [theirs, ours.sort()])));
  for (const [, theirs, tier, ours, why] of rows) {
    assert.match(tier, /^(MANDATORY|CAPABILITY|ADVISORY|INFORMATIONAL)$/, theirs);
    assert.ok(ours || why, `${theirs} has no reason why there is none of ours`);
  }
});
