// @ts-check
// A revision of modeguard, checked out and built beside the working tree for as long as a task needs it. Guarantees that the
// worktree is gone afterwards, also when the build or the task fails or is interrupted.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Problem } from './problem.mjs';
import { complaintOf, runGit } from './process.mjs';
import { build } from './run.mjs';

/** The commit that a revision names. @param {string} root @param {string} revision */
export async function resolveRevision(root, revision) {
  const { code, stdout } = await runGit(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`], { cwd: root });
  if (code !== 0) throw new Problem(`There is no revision '${revision}' in ${root}. Give a commit, a branch or a tag; \`git log --oneline\` lists commits. A shallow clone may have to be deepened first.`);
  // Before Git 2.45, --end-of-options was printed too.
  return stdout.trim().split('\n').at(-1) ?? '';
}

/**
 * @template T
 * @param {string} root @param {string} commit @param {AbortSignal | undefined} signal
 * @param {(tree: string) => Promise<T>} task
 * @returns {Promise<T>}
 */
export async function withBuiltRevision(root, commit, signal, task) {
  const place = mkdtempSync(join(tmpdir(), 'modeguard-revision-'));
  const tree = join(place, 'modeguard');
  try {
    const added = await runGit(['worktree', 'add', '--quiet', '--detach', tree, commit], { cwd: root, signal });
    if (added.code !== 0) throw new Problem(`A worktree of ${commit.slice(0, 10)} could not be made in ${place}:\n${complaintOf(added)}`);
    await build(tree, `The revision ${commit.slice(0, 10)}`, signal);
    return await task(tree);
  } finally {
    // Not `git worktree prune`: it would also forget worktrees of others whose folder is away for a while.
    const removed = await runGit(['worktree', 'remove', '--force', '--force', tree], { cwd: root });
    rmSync(place, { recursive: true, force: true, maxRetries: 5 });
    if (removed.code !== 0 && !/is not a working tree/u.test(removed.stderr)) process.stderr.write(`The worktree of ${commit.slice(0, 10)} could not be removed; \`git worktree prune\` makes git forget it. ${complaintOf(removed)}\n`);
  }
}
