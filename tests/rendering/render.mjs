// node render.mjs CHROMIUM PAGES [PICTURES]: shows every PAGES/*.md as GitHub would, in one browser.
//
// What was found goes to stdout as JSON. Nothing is sanitized: what GitHub would have to remove is
// found too. Pictures, which take most of the time, go to NAME-WIDTH.png and, with everything
// unfolded, to NAME-WIDTH-open.png.

import { readdir, readFile, mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { marked } from "marked";
import { chromium } from "playwright-core";

const WIDTHS = [1000, 390];
const { resolve } = createRequire(import.meta.url);
const STYLE = `
  body { margin: 0; background: white }
  .markdown-body { padding: 16px }
  .diagram svg { max-width: 100% }
`;

/** Runs in the browser: swaps the page, leaves diagrams as their source. */
function show(html) {
  const article = document.querySelector("article");
  article.innerHTML = html;
  for (const code of article.querySelectorAll("code.language-mermaid")) {
    const diagram = document.createElement("div");
    diagram.className = "diagram";
    diagram.textContent = code.textContent;
    code.parentElement.replaceWith(diagram);
  }
}

/** Runs in the browser: what there is, whether it is folded or not. */
async function inspect() {
  const article = document.querySelector("article");
  const all = [...article.querySelectorAll("*")];
  const words = (node) => node.innerText.replace(/\s+/g, " ").trim();
  const seen = all
    .filter((node) => /^(H\d|P|LI|TABLE|SUMMARY|DIV)$/.test(node.tagName) && node.checkVisibility())
    .map((node) => [node.tagName.toLowerCase(), words(node)]);
  const errors = [];
  for (const diagram of article.querySelectorAll(".diagram")) {
    await mermaid.parse(diagram.textContent).catch((error) => errors.push(String(error)));
  }
  const active = (node) =>
    /^(SCRIPT|STYLE|IFRAME|OBJECT|EMBED|FORM|IMG|SVG|BASE|META|LINK)$/i.test(node.tagName) ||
    [...node.attributes].some(({ name, value }) => /^on|^style$/i.test(name) || /^\s*javascript:/i.test(value));
  return {
    seen,
    errors,
    diagrams: article.querySelectorAll(".diagram").length,
    folded: [...article.querySelectorAll("details")].map((details) => !details.open),
    links: [...article.querySelectorAll("a")].map((a) => [a.getAttribute("href"), words(a)]),
    active: all.filter(active).map((node) => node.outerHTML.slice(0, 200)),
    prose: all
      .filter((node) => !node.closest("code"))
      .flatMap((node) => [...node.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE))
      .map((child) => child.data),
  };
}

/** Runs in the browser: unfolds everything and draws the diagrams. */
async function unfold() {
  for (const details of document.querySelectorAll("details")) details.open = true;
  const errors = [];
  for (const [index, diagram] of [...document.querySelectorAll(".diagram")].entries()) {
    await mermaid
      .render(`diagram-${index}`, diagram.textContent)
      .then(({ svg }) => (diagram.innerHTML = svg))
      .catch((error) => errors.push(String(error)));
  }
  return errors;
}

/** Runs in the browser: what is wider than the window or than its own place. */
function measure() {
  const tables = [...document.querySelectorAll("article table")];
  const wide = tables.filter((table) => table.checkVisibility() && table.scrollWidth > table.clientWidth);
  return {
    page: document.scrollingElement.scrollWidth > window.innerWidth,
    tables: wide.map((table) => [...table.querySelectorAll("th")].map((cell) => cell.innerText)),
  };
}

/** The page at every width: what overflows, and a picture. */
async function look(page, target, suffix) {
  const overflow = {};
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 400 });
    overflow[width] = await page.evaluate(measure);
    const path = target && `${target}-${width}${suffix}.png`;
    if (path) await page.screenshot({ path, fullPage: true });
  }
  return overflow;
}

async function render(page, source, target) {
  const html = marked.parse(await readFile(source, "utf8"), { gfm: true });
  await page.evaluate(show, html);
  const found = await page.evaluate(inspect);
  found.overflow = await look(page, target, "");
  found.errors.push(...(await page.evaluate(unfold)));
  found.overflowUnfolded = await look(page, target, "-open");
  return found;
}

const [executablePath, pages, pictures] = process.argv.slice(2);
if (pictures) await mkdir(pictures, { recursive: true });
const browser = await chromium.launch({ executablePath, args: ["--disable-gpu"] });
try {
  const page = await browser.newPage();
  const asked = [];
  await page.route("**/*", (route) => {
    asked.push(route.request().url());
    return route.abort();
  });
  await page.setContent('<!doctype html><meta charset="utf-8"><article class="markdown-body"></article>');
  await page.addStyleTag({ path: resolve("github-markdown-css/github-markdown-light.css") });
  await page.addStyleTag({ content: STYLE });
  await page.addScriptTag({ path: resolve("mermaid/dist/mermaid.min.js") });
  await page.evaluate(() =>
    mermaid.initialize({ startOnLoad: false, securityLevel: "strict", suppressErrorRendering: true }),
  );
  const found = {};
  for (const file of (await readdir(pages)).filter((name) => name.endsWith(".md")).sort()) {
    const name = basename(file, ".md");
    asked.length = 0;
    found[name] = await render(page, join(pages, file), pictures && join(pictures, name));
    found[name].asked = [...asked];
  }
  console.log(JSON.stringify(found));
} finally {
  await browser.close();
}
