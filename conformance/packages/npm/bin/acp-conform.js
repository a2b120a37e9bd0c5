#!/usr/bin/env node
// Starts the binary that lies beside this script, and ends as it ends.

import { spawn } from 'node:child_process';
import { chmodSync, existsSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const name = `acp-conform-${process.platform}-${process.arch}`;
const binary = process.env.ACP_CONFORM ?? fileURLToPath(new URL(name, import.meta.url));
if (!existsSync(binary)) {
  console.error(`acp-conform: there is no program for ${process.platform} on ${process.arch} here ` +
    `(${binary}). Set ACP_CONFORM to the path of one.`);
  process.exit(2);
}
// A package does not always keep the mode of its files.
if ((statSync(binary).mode & 0o111) === 0) chmodSync(binary, 0o755);

const child = spawn(binary, process.argv.slice(2), { stdio: 'inherit' });
const passed = ['SIGINT', 'SIGTERM', 'SIGHUP'];
for (const signal of passed) process.on(signal, () => child.kill(signal));
child.on('error', (fault) => {
  console.error(`acp-conform: cannot start ${binary}: ${fault.message}`);
  process.exit(2);
});
child.on('exit', (code, signal) => {
  process.exit(code ?? 128 + constants.signals[signal]);
});
