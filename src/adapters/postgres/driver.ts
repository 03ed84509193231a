import type * as Driver from 'pg';
import { loadOptional } from '../optional-package.js';

/** @throws Error that names the package, if it is not installed */
export function loadDriver(): Promise<typeof Driver> {
  return loadOptional('pg', () => import('pg'));
}
