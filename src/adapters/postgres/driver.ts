import type * as Driver from 'pg';
import { needs } from '../optional-package.js';

/** @throws Error that names the package, if it is not installed */
export function loadDriver(): Promise<typeof Driver> {
  return import('pg').catch(needs('pg'));
}
