// Takes a picture of every page of the dashboard, light and dark, from a stack that runs:
//   node docs/screenshots/make.mjs [http://localhost:7100] [folder] [page …]
// Needs Chromium (CHROMIUM_PATH, else /usr/bin/chromium) and tests/ModelOps.EndToEnd built, whose Playwright it uses.
import { createRequire } from 'node:module';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const { chromium } = createRequire(import.meta.url)(join(here, '../../tests/ModelOps.EndToEnd/bin/Debug/net10.0/.playwright/package'));
const [address = 'http://localhost:7100', folder = here, ...only] = process.argv.slice(2);
const size = { width: 1280, height: 860 }, tallest = 1700, quality = 62;

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
await mkdir(folder, { recursive: true });
const troubles = [];
try {
  for (const theme of ['light', 'dark']) {
    const context = await browser.newContext({ baseURL: address, viewport: size, locale: 'en-GB', reducedMotion: 'reduce' });
    const page = await context.newPage();
    page.setDefaultTimeout(90_000);
    page.on('pageerror', error => troubles.push(`${page.url()}: ${error}`));
    await page.goto(`/preferences/theme?theme=${theme}&returnUrl=/login`);
    for (const [name, path, act] of await pages(page)) {
      if (only.length > 0 && !only.includes(name))
        continue;
      try {
        await take(page, name, path, act, theme);
      } catch (error) {
        troubles.push(`${path}: ${error.message.split('\n')[0]}`);
      }
    }
    await context.close();
  }
} finally {
  await browser.close();
}
troubles.forEach(trouble => console.error(trouble));
process.exitCode = troubles.length > 0 ? 1 : 0;

/** Every page, those of a run and of a version by what the stack has. */
async function pages(page) {
  await page.goto('/runs');
  await page.getByTestId('run').or(page.getByTestId('empty')).first().waitFor();
  const runs = await page.locator('[data-testid=run] a.id').evaluateAll(links => links.map(link => link.getAttribute('href').split('/').pop()));
  return [
    ['overview', '/'],
    ['datasets', '/datasets'],
    ['dataset', '/datasets/demo'],
    ['runs', '/runs'],
    ...(runs.length > 0 ? [['run', `/runs/${runs.at(-1)}`]] : []),
    ...(runs.length > 1 ? [['compare', `/runs/compare?${runs.slice(-2).reverse().map(id => `id=${id}`).join('&')}`]] : []),
    ['pipelines', '/pipelines'],
    ['models', '/models'],
    ['model', '/models/recommend'],
    ['version', '/models/recommend/versions/1'],
    ['rules', '/rules'],
    ['monitoring', '/monitoring'],
    ['drift', '/monitoring/drift'],
    ['alerts', '/alerts'],
    ['profiles', '/profiles'],
    ['audiences', '/audiences'],
    ['try', '/try', async () => { await page.getByTestId('recommendation').first().waitFor(); }],
    ['pictures', '/pictures'],
    ['assist', '/assist'],
    ['campaigns', '/campaigns'],
    ['audit', '/audit'],
    ['settings', '/settings'],
    ['resources', '/resources'],
    ['login', '/login'],
  ];
}

async function take(page, name, path, act, theme) {
  await page.goto(path);
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(() => document.querySelectorAll('.loading').length === 0);
  await act?.();
  await page.waitForTimeout(700);
  const height = Math.min(tallest, await page.evaluate(() => Math.max(document.documentElement.scrollHeight, innerHeight)));
  await page.setViewportSize({ width: size.width, height });
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality });
  await writeFile(join(folder, `${name}-${theme}.webp`), Buffer.from(data, 'base64'));
  await session.detach();
  await page.setViewportSize(size);
  console.log(`${name}-${theme}.webp`);
}
