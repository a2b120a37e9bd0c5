// What a plan expects a fork to cost, beside what the mocked provider counted: parents of several
// sizes, while the provider's cache has their past and once it has expired.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { longTest, test, until } from '../clients/cases.mjs';
import { World as ClaudeWorld } from '../claude/world.mjs';
import { World as CodexWorld } from '../codex/world.mjs';

const capabilities = { session: { notices: {} } };

/// Longer than the providers' caches keep anything.
const longAgo = 3600;

/// Dollars for a million tokens of the models that the two use here: schemas/prices.toml.
const prices = {
  claude: { fresh: 4, cacheRead: 0.2, cacheWrite: 5 },
  codex: { fresh: 5, cacheRead: 0.5, cacheWrite: 5 },
};

const counted = {
  claude: ({ usage }) => ({ fresh: usage.input_tokens, cacheRead: usage.cache_read_input_tokens,
    cacheWrite: usage.cache_creation_input_tokens }),
  codex: ({ counted: { prompt, cached } }) =>
    ({ fresh: prompt - cached, cacheRead: cached, cacheWrite: 0 }),
};

const dollars = (kind, tokens) => Object.keys(tokens)
  .reduce((sum, sort) => sum + tokens[sort] * prices[kind][sort], 0) / 1e6;

/// Words that no two of which are the same, as a text of about so many tokens of the mocks'.
function text(tokens) {
  const words = [];
  for (let bytes = 0, i = 0; bytes < tokens * 4; i++) {
    const word = `word${i}`;
    words.push(word);
    bytes += word.length + 1;
  }
  return words.join(' ');
}

const worlds = { claude: ClaudeWorld, codex: CodexWorld };

/// A session whose past has about so many tokens beside what its backend tells its model.
class Family {
  static async make(kind, size, settings = '') {
    const family = new Family();
    family.kind = kind;
    family.world = await worlds[kind].make();
    if (settings) family.configure(settings);
    Object.assign(family, await family.world.open(capabilities));
    await family.server.prompt(family.session, '[[say: at work]] plant a walnut');
    // Half of it was asked, half of it comes from a tool.
    await family.server.prompt(family.session, `[[say: read]] ${text(size / 2)}`);
    await family.server.prompt(family.session, `[[say: read]] ${text(size / 2)}`);
    await family.server.prompt(family.session, '[[say: done]] and an oak');
    return family;
  }

  configure(settings) {
    const file = join(this.world.home, 'config/tine/config.toml');
    writeFileSync(file, `${settings}\n${readFileSync(file, 'utf8')}`);
  }

  /// The program is started anew, and all that has happened was long ago.
  async expire() {
    this.server.stdin.end();
    await this.server.exited;
    await this.world.model.putForward(longAgo);
    const folder = join(this.world.home, 'state');
    const then = new Date(Date.now() - longAgo * 1000).toISOString();
    for (const name of readdirSync(folder, { recursive: true })) {
      if (!name.endsWith('state.toml')) continue;
      const file = join(folder, name);
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/updated = ".*"/g,
        `updated = "${then}"`));
    }
    this.server = await this.world.serve(capabilities);
    await this.server.request('session/load',
      { sessionId: this.session, cwd: this.world.project, mcpServers: [] });
  }

  branch(wish = {}) {
    return this.server.request('session/fork', { cwd: this.world.project,
      sessionId: this.session, mcpServers: [], _meta: { tine: { fork: wish } } });
  }

  /// What the provider counted of each first call of a child, by the words in it.
  ledger(words, from = 0) {
    return this.world.model.requests().slice(from)
      .filter(({ body }) => JSON.stringify(body).includes(words)).map(counted[this.kind]);
  }

  waiting(sessionId) {
    return this.server.updates(sessionId, 'notice')
      .filter(({ title }) => /^Waiting for another fork/.test(title)).length;
  }

  /// A child, and what its first call cost by the provider's ledger.
  async fork(wish = {}) {
    const { sessionId, _meta } = await this.branch(wish);
    const from = this.world.model.requests().length;
    const { _meta: { tine } } = await this.server.prompt(sessionId, '[[say: planted]] the child');
    const [ledger] = this.ledger('the child', from);
    return { sessionId, said: _meta.tine.fork, bill: tine.fork, ledger };
  }
}

/// Within a tenth, of tokens or of money.
function near(expected, actual, what) {
  const most = Math.max(expected, actual);
  assert.ok(Math.abs(expected - actual) <= most / 10, `${what}: ${expected} and ${actual}`);
}

const sum = ({ fresh, cacheRead, cacheWrite }) => fresh + cacheRead + cacheWrite;

function assertAsExpected(kind, { said, bill, ledger }, what) {
  // What is told is what the provider counted.
  assert.deepEqual(bill.expected, said.expected, what);
  const { dollars: paid, ...tokens } = bill.actual;
  assert.deepEqual({ ...tokens, cacheWrite: tokens.cacheWrite ?? 0 }, ledger, what);
  assert.ok(Math.abs(paid - dollars(kind, ledger)) < 1e-6, `${what}: ${paid}`);
  assert.equal(bill.shortfall, undefined, what);
  // And it was expected.
  near(sum(said.expected), sum(ledger), `${what}: all`);
  near(said.expected.cacheRead, ledger.cacheRead, `${what}: from the cache`);
  near(said.expected.dollars, dollars(kind, ledger), `${what}: dollars`);
}

/// What forks share at least for which the provider's cache had nothing. Claude Code marks its tools
/// and its system prompt for it and the end of each prompt, but not the end of the parent's past.
const shared = { claude: 5000, codex: 20_000 };

for (const kind of ['claude', 'codex']) {
  for (const size of [2000, 20_000, 200_000]) {
    const register = size === 20_000 ? test : longTest;
    register(`fork costs: ${kind}, a parent of ${size} tokens, as the plan expects them`, async () => {
      const family = await Family.make(kind, size);
      const warm = await family.fork();
      assert.equal(warm.said.warm, true);
      assert.equal(warm.said.strategy, 'native');
      assert.ok(warm.ledger.cacheRead > size, JSON.stringify(warm.ledger));
      assertAsExpected(kind, warm, 'warm');

      await family.expire();
      const soft = await family.fork({ strategy: 'soft' });
      assert.equal(soft.said.warm, false);
      assert.equal(soft.said.strategy, 'soft');
      assertAsExpected(kind, soft, 'expired, soft');

      await family.expire();
      const native = await family.fork();
      assert.equal(native.said.warm, false);
      assert.equal(native.said.strategy, 'native');
      assert.equal(native.ledger.cacheRead, 0);
      assertAsExpected(kind, native, 'expired, native');

      // The cheaper one by the provider's ledger is the one that is chosen where that is asked for.
      family.configure('fork.cold = "soft"');
      await family.expire();
      const chosen = await family.fork();
      const paid = { soft: dollars(kind, soft.ledger), native: dollars(kind, native.ledger) };
      const cheaper = paid.soft < paid.native ? 'soft' : 'native';
      const differs = Math.abs(paid.soft - paid.native) > paid[cheaper] / 10;
      if (differs) assert.equal(chosen.said.strategy, cheaper, JSON.stringify(paid));
      assert.ok(dollars(kind, chosen.ledger) <= paid[cheaper] * 1.1, JSON.stringify(paid));
    });
  }
  test(`fork costs: ${kind}, of eight forks at once one puts the past into the cache, seven read it`,
    async () => {
      const family = await Family.make(kind, 20_000);
      await family.expire();
      const children = await Promise.all(Array.from({ length: 8 }, () => family.branch()));
      for (const { _meta } of children) assert.equal(_meta.tine.fork.warm, false);
      const ends = await Promise.all(children.map(({ sessionId }, i) =>
        family.server.prompt(sessionId, `[[later: 300]] [[say: ${i}]] one of eight`)));
      for (const { stopReason } of ends) assert.equal(stopReason, 'end_turn');
      const ledger = family.ledger('one of eight');
      assert.equal(ledger.length, 8);
      assert.equal(ledger.filter(({ cacheRead }) => cacheRead > shared[kind]).length, 7);
      assert.equal(ledger.filter(({ cacheRead }) => cacheRead === 0).length, 1);
      assert.equal(children.filter(({ sessionId }) => family.waiting(sessionId) === 1).length, 7);
    });

  test(`fork costs: ${kind}, where the first fork gets no answer the next one goes ahead`, async () => {
    const family = await Family.make(kind, 20_000);
    await family.expire();
    const [first, ...others] = await Promise.all(Array.from({ length: 3 }, () => family.branch()));
    const hangs = family.server.prompt(first.sessionId, '[[hang: headers]] the first');
    await until('its request', () => family.ledger('the first').length > 0);
    const follow = others.map(({ sessionId }) =>
      family.server.prompt(sessionId, '[[later: 300]] [[say: here]] a later sibling'));
    await until('the others to wait', () =>
      others.every(({ sessionId }) => family.waiting(sessionId) === 1));
    assert.equal(family.ledger('a later sibling').length, 0);
    family.server.notify('session/cancel', { sessionId: first.sessionId });
    assert.equal((await hangs).stopReason, 'cancelled');
    for (const { stopReason } of await Promise.all(follow)) assert.equal(stopReason, 'end_turn');
    const read = family.ledger('a later sibling').map(({ cacheRead }) => cacheRead > shared[kind]).sort();
    assert.deepEqual(read, [false, true]);
  });
}
