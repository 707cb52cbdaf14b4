// `if self.train:` is always true, `model.eval` without a call does nothing, and `model.training()` throws.
import type { Analysis } from '../analyze.ts';
import type { LayerObservation } from '../interpret/observation.ts';
import type { Finding } from '../report/finding.ts';
import { quote } from '../report/wording.ts';
import { isInBrokenCode, onePerPlace, type ModeRule } from './rule.ts';

export const noModeMethodAsFlag: ModeRule = {
  name: 'no-mode-method-as-flag',
  description: 'disallow mode methods that are tested or left without a call, and calls of the training flag',
  kind: 'local',
  fixable: false,
  hasSuggestions: true,
  judge: (analysis) => onePerPlace(analysis.observations.layers.flatMap((observation) => judge(analysis, observation))),
};

function judge(analysis: Analysis, { fault, call, where, certain }: LayerObservation): readonly Finding[] {
  if (fault.kind !== 'mode-method' || isInBrokenCode(analysis, where.func.span)) return [];
  // Where the file itself puts a value in the place of the method, it may be a flag after all.
  if (fault.how !== 'flag-called' && analysis.module.funcs.some((func) => func.blocks.some((block) => block.instrs.some((instr) => instr.kind === 'set-attr' && instr.name === fault.name)))) return [];
  const place = quote(analysis, call.span);
  const text = analysis.text.slice(call.span.start, call.span.end);
  const flag = `${text.slice(0, text.lastIndexOf('.'))}.training`;
  const asFlag = fault.name === 'train' ? flag : analysis.module.language === 'python' ? `not ${flag}` : `!${flag}`;
  const finding = (what: string, why: string, action: string, message: string, edited: string): Finding => ({ rule: 'no-mode-method-as-flag', certainty: certain ? 'definite' : 'possible', file: analysis.file, span: call.span, what, why, action, witness: [], fix: null, suggestions: edited === text ? [] : [{ message, edits: [{ span: call.span, text: edited }] }] });
  switch (fault.how) {
    case 'tested':
      return [finding(`${place} is a method, and a test of it is always true.`, `The flag is \`training\`; \`${fault.name}\` is the method that sets it.`, `Test \`${asFlag}\`.`, `Test \`${asFlag}\`.`, asFlag)];
    case 'passed':
      return [finding(`${place} is a method, and is passed as the flag \`training\`.`, `The flag is \`training\`; \`${fault.name}\` is the method that sets it.`, `Pass \`${asFlag}\`.`, `Pass \`${asFlag}\`.`, asFlag)];
    case 'dropped':
      return [finding(`${place} is not called, so the mode stays as it is.`, 'A method that is only named does nothing.', `Write \`${text}()\`.`, `Call it: \`${text}()\`.`, `${text}()`)];
    case 'flag-called': {
      const receiver = /^(.*)\.\w+\s*\(\s*\)$/s.exec(text)?.[1] ?? null;
      return [finding(`${place} calls the training flag, which is no function.`, 'It throws a `TypeError` when it is run.', `Read the flag (\`${receiver ?? 'model'}.training\`), or set the mode with \`train()\`.`, 'Read the flag.', receiver === null ? text : `${receiver}.training`)];
    }
  }
}
