// The matrix of forks with the rehearsal agent.

import { playMatrix } from './matrix.mjs';

playMatrix('rehearsal');
