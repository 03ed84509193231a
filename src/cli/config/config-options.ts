import { Option as Flag } from 'commander';
import type { Command } from 'commander';
import { CONFIG_VARIABLE } from '../../config/client-variables.js';
import { CONFIG_FLAG } from '../../config/load-config.js';
import type { Flags } from '../../config/load-config.js';
import { options } from '../../config/schema.js';
import { defaultText } from '../../config/options-table.js';

/** Adds all options of the configuration, and the option for its file. */
export function addConfigOptions(command: Command): Command {
  command.addOption(
    new Flag(`${CONFIG_FLAG} <file>`, `YAML or JSON file of options (${CONFIG_VARIABLE})`).helpGroup(
      groupOf(''),
    ),
  );
  for (const option of options) {
    const description = plainText(`${option.description} Default: ${defaultText(option)}.`);
    // No defaults here: an absent flag must not override the environment and the file.
    const flag =
      option.notation === 'boolean'
        ? new Flag(`${option.flag} [boolean]`, description).preset('true')
        : new Flag(`${option.flag} <${option.unit ?? option.notation}>`, description);
    command.addOption(flag.helpGroup(groupOf(option.key)));
  }
  return command;
}

/** The heading of an option: that of its section in the file. */
function groupOf(key: string): string {
  const [section = '', ...rest] = key.split('.');
  return rest.length === 0 ? 'Configuration:' : `Configuration, ${section.replaceAll('_', ' ')}:`;
}

/** The flags given to a command, as `loadConfig` takes them: texts by the whole flag. */
export function givenFlags(command: Command): Flags {
  const ours = new Set([CONFIG_FLAG, ...options.map(({ flag }) => flag)]);
  return Object.fromEntries(
    command.options.flatMap((flag) => {
      const value: unknown = command.getOptionValue(flag.attributeName());
      return flag.long && ours.has(flag.long) && typeof value === 'string' ? [[flag.long, value]] : [];
    }),
  );
}

/** Markdown without its marks. */
function plainText(markdown: string): string {
  return markdown.replaceAll('`', '').replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1');
}
