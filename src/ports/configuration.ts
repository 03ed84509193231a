import type { Declaration } from '../domain/declaration.js';
import type { NodeName } from '../domain/node-name.js';

/** A change of the configuration. Values are texts for people; those of secrets are hidden. */
export interface ConfigurationChange {
  /** The dotted key of an option, or of an entry such as a channel. */
  readonly option: string;
  readonly change: 'added' | 'changed' | 'removed';
  /** Present for options. */
  readonly from?: string;
  readonly to?: string;
  /** Whether a reload applies it, or only a restart. */
  readonly applies: 'reload' | 'restart';
}

/** The configuration as its sources have it now, compared with the one in force. */
export interface ReadConfiguration {
  /** The path of the file, if there is one. */
  readonly file: string | undefined;
  /** What is wrong with it, a line each. Then a reload changes nothing, and the rest is empty. */
  readonly problems: readonly string[];
  readonly changes: readonly ConfigurationChange[];
  readonly declaration: Declaration | undefined;
}

/** Where the configuration comes from. */
export interface ConfigurationSource {
  /** Reads it again, and changes nothing. */
  read(): Promise<ReadConfiguration>;
}

/** What a reload would do with a node. */
export interface DeclaredChange {
  readonly node: NodeName;
  /**
   * `adopted`: it is there, and the file names it for the first time. `removed`: it left the file, and is deleted.
   * `released`: it left the file, and stays.
   */
  readonly change: 'added' | 'adopted' | 'changed' | 'removed' | 'released';
  /** The settings that change, by their names in the API. */
  readonly settings: readonly string[];
}

/** What a reload would do now. */
export interface ConfigurationDiff extends Omit<ReadConfiguration, 'declaration'> {
  readonly nodes: readonly DeclaredChange[];
}
