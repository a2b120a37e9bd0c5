// What a project's own files may make the program do.

import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { directory, test } from '../clients/cases.mjs';
import { runProgram, Server } from '../clients/server.mjs';

/// A user with backends, and a project that may have a file of its own.
class Place {
  home = directory('home');
  project = directory('project');
  env = { HOME: this.home, XDG_CONFIG_HOME: `${this.home}/config` };

  /// A program that does nothing but leave its mark.
  program(name, folder = directory('bin')) {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n: > "${this.mark(name)}"\nexit 1\n`);
    chmodSync(path, 0o755);
    return path;
  }

  mark(name) { return join(this.home, `${name}-ran`); }
  ran(name) { return existsSync(this.mark(name)); }

  configure(text) {
    mkdirSync(join(this.home, 'config/tine'), { recursive: true });
    writeFileSync(join(this.home, 'config/tine/config.toml'), text);
  }

  choose(backend) {
    writeFileSync(join(this.project, '.tine.toml'), `# ours\ndefault_backend = "${backend}"\n`);
  }

  /// Opens a session in the project and prompts it: why that failed, or undefined.
  async open() {
    const server = new Server({ env: this.env });
    await server.initialize();
    try {
      const session = await server.newSession(this.project);
      await server.prompt(session, 'hello');
      return undefined;
    } catch (fault) {
      return fault;
    }
  }
}

const isRefused = (place, fault, why) => {
  assert.ok(fault, 'the session was opened');
  assert.equal(fault.data.tine.kind, 'config_invalid');
  assert.match(fault.message, why);
  assert.ok(fault.message.includes(`${place.project}/.tine.toml:2:1`), fault.message);
  assert.match(fault.data.tine.hint, /projects_may_choose|--backend/);
};

test('a project file cannot choose a backend that the user has not offered', async () => {
  const place = new Place();
  const command = place.program('yolo');
  place.configure(`default_backend = "rehearsal"\n[backends.yolo]\nkind = "codex"\n` +
    `command = ["${command}"]\nsandbox = "danger-full-access"\napproval_policy = "never"\n`);
  place.choose('yolo');
  isRefused(place, await place.open(), /"yolo"/);
  const { code, stderr } = await runProgram(['run', 'hello'], { env: place.env, cwd: place.project });
  assert.equal(code, 3);
  assert.match(stderr, /\.tine\.toml:2:1.*\n {6}.*projects_may_choose/);
  assert.equal(place.ran('yolo'), false);
});

test('a project file cannot choose a backend that is merely installed', async () => {
  const place = new Place();
  const folder = directory('bin');
  place.program('claude', folder);
  place.env.PATH = `${folder}:${process.env.PATH}`;
  place.configure('default_backend = "rehearsal"\n');
  place.choose('claude');
  isRefused(place, await place.open(), /"claude"/);
  assert.equal(place.ran('claude'), false);
});

test('a project file cannot choose a backend that is offered but wider than the default', async () => {
  const place = new Place();
  place.configure(`default_backend = "mine"\n[backends.mine]\nkind = "codex"\n` +
    `command = ["${place.program('mine')}"]\n[backends.yolo]\nkind = "codex"\n` +
    `command = ["${place.program('yolo')}"]\nsandbox = "danger-full-access"\n` +
    `projects_may_choose = true\n`);
  place.choose('yolo');
  isRefused(place, await place.open(), /"yolo".*"mine"/);
  assert.deepEqual([place.ran('yolo'), place.ran('mine')], [false, false]);
});

test('a project file chooses among the backends that the user has offered', async () => {
  const place = new Place();
  place.configure(`default_backend = "mine"\n[backends.mine]\nkind = "codex"\n` +
    `command = ["${place.program('mine')}"]\n[backends.toy]\nkind = "rehearsal"\n` +
    `projects_may_choose = true\n`);
  place.choose('toy');
  assert.equal(await place.open(), undefined);
  assert.equal(place.ran('mine'), false);
});

for (const [where, path] of [['an empty entry', ':/usr/bin:/bin'], ['a dot', '.:/usr/bin:/bin'],
  ['a relative folder', 'bin:/usr/bin:/bin'], ['nothing else', '']]) {
  test(`a project's program is not taken for a backend: PATH with ${where}`, async () => {
    for (const kind of ['codex', 'claude']) {
      const place = new Place();
      place.program(kind, place.project);
      mkdirSync(join(place.project, 'bin'));
      place.program(kind, join(place.project, 'bin'));
      const table = `[backends.${kind}]\nkind = "${kind}"\ncommand = ["${kind}"]\n`;
      // As the user's own, and as what is configured for the backend.
      for (const [variables, keys] of [[{ PATH: path }, ''], [{}, `env = { PATH = "${path}" }\n`]]) {
        place.configure(table + keys);
        const env = { ...place.env, ...variables };
        const run = await runProgram(['run', 'hello'], { env, cwd: place.project });
        assert.equal(run.code, 11);
        const login = await runProgram(['--login', kind], { env, cwd: place.project });
        assert.equal(login.code, 11);
        assert.equal(place.ran(kind), false, `${kind} with ${keys || path}`);
      }
    }
  });
}
