// The repository moves between two turns of the real Codex and the real Claude Code.

import { playMoves } from './drift_moves.mjs';

playMoves('codex');
playMoves('claude', ['fork', 'rebuild']);
