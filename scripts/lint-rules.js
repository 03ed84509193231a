// The rules of lint that oxlint lacks: oxlint.config.js turns them on.
const TIME_OBJECT = /^(?:Date|performance)$/;
const DIRECTIVE = /^\s*(?:es|ox)lint-disable(?:-next-line|-line)?(?![\w-])([\s\S]*)$/;

const START_OF_FILE = { start: { line: 1, column: 0 }, end: { line: 1, column: 1 } };

/** A directive that turns a rule off names the rule and, after `--`, the reason. */
const explainedDisable = {
  create: (context) => ({
    Program() {
      for (const comment of context.sourceCode.getAllComments()) {
        const directive = DIRECTIVE.exec(comment.value)?.[1];
        if (directive === undefined) continue;
        const [rules = '', reason = ''] = directive.split(/\s-{2,}\s/);
        if (rules.trim() !== '' && reason.trim() !== '') continue;
        // Not in the directive's own line, which it may silence.
        const message = `Line ${comment.loc.start.line}: name the rule and the reason: oxlint-disable-next-line <rule> -- <why>`;
        context.report({ loc: START_OF_FILE, message });
      }
    },
  }),
};

/** The current time comes from the Clock port, however it is asked for. */
const timeOfTheClock = {
  create: (context) => {
    const report = (node) => {
      context.report({ node, message: 'Time goes through the Clock port (src/ports).' });
    };
    return {
      NewExpression(node) {
        if (node.callee.name === 'Date' && node.arguments.length === 0) report(node);
      },
      CallExpression(node) {
        if (node.callee.name === 'Date') report(node);
      },
      MemberExpression(node) {
        if (node.property.name === 'now' && TIME_OBJECT.test(node.object.property?.name ?? '')) report(node);
      },
    };
  },
};

export default {
  meta: { name: 'house' },
  rules: { 'explained-disable': explainedDisable, 'time-of-the-clock': timeOfTheClock },
};
