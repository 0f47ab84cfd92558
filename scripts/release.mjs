// Makes a release: node scripts/release.mjs 0.2.0 [--dry-run]
// It dates the changelog, sets the version, runs all that .ci/run runs, commits and tags. Nothing is pushed or
// published: the last lines say how.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { 'dry-run': { type: 'boolean', default: false } },
});
const [version = ''] = positionals;
const CHANGELOG = 'CHANGELOG.md';

const problem = findProblem();
if (problem !== null) {
  console.error(problem);
  process.exit(1);
}
const date = new Date().toISOString().slice(0, 10);
const changelog = readFileSync(CHANGELOG, 'utf8').replace(unreleased(), `## ${version} - ${date}`);
if (values['dry-run']) {
  console.log(`Would release ${version}, dated ${date}.`);
} else {
  writeFileSync(CHANGELOG, changelog);
  run('npm', ['version', version, '--no-git-tag-version', '--allow-same-version']);
  run('bash', ['.ci/run']);
  run('git', ['commit', '--all', '--message', `Release ${version}`]);
  run('git', ['tag', '--annotate', `v${version}`, '--message', `Clipstep ${version}`]);
  console.log(`Released here. Now:\n  git push --follow-tags\n  npm publish`);
}

/** Why there can be no release; null where nothing is in the way. */
function findProblem() {
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) return 'Give a version, such as 0.2.0.';
  if (output('git', ['status', '--porcelain']) !== '') return 'Commit what has changed first.';
  if (output('git', ['branch', '--show-current']) !== 'main') return 'Releases are made of the branch main.';
  if (output('git', ['tag', '--list', `v${version}`]) !== '') return `There is a v${version} already.`;
  if (!unreleased().test(readFileSync(CHANGELOG, 'utf8'))) {
    return `${CHANGELOG} has no heading "## ${version} - unreleased".`;
  }
  return null;
}

function unreleased() {
  return new RegExp(`^## ${version.replaceAll('.', '\\.')} - unreleased$`, 'm');
}

function output(command, args) {
  return execFileSync(command, args, { encoding: 'utf8' }).trim();
}

function run(command, args) {
  execFileSync(command, args, { stdio: 'inherit' });
}
