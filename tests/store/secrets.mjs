// What others see of a session holds no secret; the client that it was said to got all of it.

import assert from 'node:assert/strict';

import { test } from '../clients/cases.mjs';
import { Place } from './place.mjs';

// In two pieces, so that no scanner takes this file for a leak.
const secret = 'AKIA' + 'IOSFODNN7ABCDEFG';

test('the title that is listed, and what is loaded', async () => {
  const place = new Place();
  const server = await place.serve();
  const session = await place.make(server);
  await server.prompt(session, `use ${secret} for it`);
  assert.equal(server.text(session), `You said: use ${secret} for it`);
  const { sessions: [listed] } = await server.request('session/list');
  assert.equal(listed.title, 'use «redacted:aws-access-key-id:1» for it');

  const other = await place.serve();
  await place.load(other, session);
  assert.equal(other.text(session), 'You said: use «redacted:aws-access-key-id:1» for it');
  assert.ok(!JSON.stringify(other.messages).includes(secret));
});

test('numbers of markers go on in another process', async () => {
  const place = new Place();
  const server = await place.serve();
  const session = await place.make(server);
  await server.prompt(session, `use ${secret}`);
  const other = await place.serve();
  await place.resume(other, session);
  await other.prompt(session, `and ${secret.replace('ABC', 'XYZ')}`);
  assert.match(place.everything(), /and «redacted:aws-access-key-id:2»/);
});

test('a credential that the client gives to a server of tools', async () => {
  const place = new Place();
  const server = await place.serve();
  const value = 'plainly-known-value-1';
  const session = await place.make(server, { mcpServers: [
    { name: 'tools', command: '/bin/true', args: [], env: [{ name: 'TOOL_API_KEY', value }] }] });
  await server.prompt(session, `what is ${value}?`);
  assert.equal(server.text(session), `You said: what is ${value}?`);
  assert.ok(!place.everything().includes(value));
  assert.match(place.everything(), /what is «redacted:mcp-env:\d+»\?/);
});
