// Keeps a page up to date: swaps the fragments that the server sends, keeps focus and place, says what people need to
// know and no more. Without it a page shows the state at its loading, and nothing is missing.
(() => {
  "use strict";
  const body = document.body;

  // On a phone a long page is a list of its headings; what an address points to is open. On paper everything is.
  const narrow = matchMedia("(max-width: 47.99rem)");
  const pointed = () => (location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null);
  const reveal = (element) => {
    for (let each = element; each; each = each.parentElement) if (each.matches("details")) each.open = true;
  };
  const folds = document.querySelectorAll("details.fold");
  if (narrow.matches && folds.length > 2) folds.forEach((each, index) => { each.open = index === 0 && !pointed(); });
  const point = () => { const found = pointed(); reveal(found); if (found) found.scrollIntoView(); };
  if (narrow.matches) point();
  addEventListener("hashchange", point);
  addEventListener("beforeprint", () => document.querySelectorAll("details.fold").forEach((each) => { each.open = true; }));
  const SAY_EVERY_MS = 60000;
  const RETRY_MIN_MS = 1000;
  const RETRY_MAX_MS = 30000;
  const shown = document.getElementById("live");
  const said = document.getElementById("live-said");
  if (!body.dataset.version || !shown || !window.EventSource) return;

  let version = body.dataset.version;
  let source = null;
  let lost = false;
  let retry = RETRY_MIN_MS;
  let timer = 0;
  let saidAt = Date.now();

  const say = (text, isLost) => {
    shown.hidden = false;
    shown.classList.toggle("lost", isLost);
    if (said.textContent !== text) said.textContent = text;
  };

  // What has the focus, as a way from the fragment's root, so that it can be found in the new one.
  const pathTo = (root, element) => {
    const path = [];
    for (let each = element; each && each !== root; each = each.parentElement) {
      path.unshift(Array.prototype.indexOf.call(each.parentElement.children, each));
    }
    return path;
  };
  const follow = (root, path) => path.reduce((each, index) => (each ? each.children[index] : null), root);

  const swap = (name, html) => {
    const place = document.getElementById(`live-${name}`);
    if (!place) return;
    const active = document.activeElement;
    const inside = active && place.contains(active) && active !== place;
    const focus = inside ? { id: active.id, href: active.getAttribute("href"), path: pathTo(place, active) } : null;
    const name_of = (each, index) => each.id || index;
    const open = new Map(Array.from(place.querySelectorAll("details")).map((each, index) => [name_of(each, index), each.open]));
    const scrolled = Array.from(place.querySelectorAll(".scroll")).map((each) => each.scrollLeft);
    const values = new Map();
    place.querySelectorAll("input[id], select[id]").forEach((each) => values.set(each.id, each.value));
    place.dispatchEvent(new Event("oryn:leave", { bubbles: true }));
    place.innerHTML = html;
    place.querySelectorAll("details").forEach((each, index) => {
      const was = open.get(name_of(each, index));
      if (was !== undefined) each.open = was;
    });
    place.querySelectorAll(".scroll").forEach((each, index) => { each.scrollLeft = scrolled[index] || 0; });
    values.forEach((value, id) => { const each = document.getElementById(id); if (each) each.value = value; });
    if (focus) {
      const same = (focus.id && document.getElementById(focus.id))
        || (focus.href && place.querySelector(`[href="${CSS.escape(focus.href)}"]`))
        || follow(place, focus.path);
      if (same) same.focus({ preventScroll: true });
    }
    place.dispatchEvent(new Event("oryn:enter", { bubbles: true }));
  };

  const take = (event) => {
    const news = JSON.parse(event.data);
    version = news.version;
    const top = window.scrollY;
    Object.entries(news.fragments).forEach(([name, html]) => swap(name, html));
    if (window.scrollY !== top) window.scrollTo({ top, behavior: "instant" });
    back();
    if (Date.now() - saidAt > SAY_EVERY_MS) {
      saidAt = Date.now();
      say("", false);
      window.setTimeout(() => say(body.dataset.renewed, false), 50);
    }
  };

  const back = () => {
    retry = RETRY_MIN_MS;
    if (lost) { lost = false; say(body.dataset.back, false); }
  };

  const fail = (text) => {
    lost = true;
    say(text, true);
  };

  const connect = () => {
    const address = new URL(location.href);
    address.hash = "";
    address.searchParams.delete("wall");
    address.searchParams.set("live", "");
    address.searchParams.set("at", version);
    source = new EventSource(address);
    source.addEventListener("open", () => { if (!lost) say(said.textContent, false); });
    source.addEventListener("hello", back);
    source.addEventListener("change", take);
    source.addEventListener("away", () => fail(body.dataset.away));
    source.addEventListener("gone", () => { location.reload(); });
    source.addEventListener("error", () => {
      source.close();
      fail(body.dataset.lost);
      // Not all at the same moment: a server that comes back is not asked by everybody at once.
      timer = window.setTimeout(connect, retry * (0.5 + Math.random()));
      retry = Math.min(2 * retry, RETRY_MAX_MS);
    });
  };

  const stop = () => { window.clearTimeout(timer); if (source) source.close(); };
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
  connect();
})();
