// Sends what shoppers see and click: data-modelops-item, data-modelops-token. See docs/shop-pages.md.
(() => {
  const script = document.currentScript, shown = new Set();
  let store = {}, timer, wait = 0, sending, watching;
  // Without localStorage, events are kept while the page lives.
  try { localStorage['modelops-used'] = 1; store = localStorage; } catch { }
  const me = { url: script && new URL('..', script.src).href };

  const list = (name, entry) => {
    const all = JSON.parse(store[name] || '[]');
    if (entry) store[name] = JSON.stringify([...all, entry].slice(-200));
    return all;
  };
  const once = what => !list('modelops-done').includes(what) && list('modelops-done', what);
  const tokenOf = item => list('modelops-from').findLast(([id]) => id === item)?.[1];
  const post = (path, type, body) => fetch(me.url + path + (me.key ? '?key=' + encodeURIComponent(me.key) : ''),
    { method: 'POST', keepalive: type === 'text/plain', headers: { 'content-type': type }, body: JSON.stringify(body) });
  const waiting = () => Object.keys(store).filter(key => key.startsWith('modelops:'));
  const later = ms => { clearTimeout(timer); timer = setTimeout(flush, ms); };

  // An event keeps its id and time, so that sending it again changes nothing.
  function track(name, items, token) {
    const id = crypto.randomUUID();
    if (waiting().length < 1000) store['modelops:' + id] = JSON.stringify({ id, name, user: me.user, session: me.session, time: new Date(), items, token });
    wait || timer || later(1000);
  }

  async function flush() {
    timer = 0;
    const keys = waiting().slice(0, 100);
    if (sending || !keys.length) return;
    sending = true;
    let again = Math.min(60000, 2 * wait || 1000);
    // What fails here is offline, or the page goes.
    try {
      // Plain text needs no preflight.
      const answer = await post('v1/events', 'text/plain', { events: keys.map(key => JSON.parse(store[key])) });
      if (answer.ok || [400, 413].includes(answer.status)) {
        again = 0;
        keys.forEach(key => delete store[key]);
      } else again = 1000 * answer.headers.get('retry-after') || again;
      const said = await answer.json();
      if (!answer.ok || said.rejected.length) console.warn('modelops', said);
    } catch { }
    sending = false;
    wait = again;
    if (waiting().length) later(again * (1 + Math.random() / 4));
  }

  const about = card => [card.dataset.modelopsItem, card.closest('[data-modelops-token]')?.dataset.modelopsToken];

  function see(card) {
    const [id, token] = about(card);
    if (token ? once(token + '/' + id) : !shown.has(id) && shown.add(id)) track('view_item_list', [{ item_id: id }], token);
  }

  function click(event) {
    const card = event.target.closest?.('[data-modelops-item]');
    if (!card || event.detail > 1 || event.button > 1) return;
    const [id, token] = about(card);
    if (token) list('modelops-from', [id, token]);
    track('select_item', [{ item_id: id }], token);
  }

  function watch() {
    const timers = new Map();
    const eye = new IntersectionObserver(cards => cards.forEach(({ target, intersectionRatio }) => {
      clearTimeout(timers.get(target));
      if (intersectionRatio >= .5) timers.set(target, setTimeout(see, 1000, target));
    }), { threshold: .5 });
    const look = () => document.querySelectorAll('[data-modelops-item]').forEach(card => eye.observe(card));
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
    look();
    ['click', 'auxclick'].forEach(kind => addEventListener(kind, click, true));
    ['visibilitychange', 'pagehide'].forEach(kind => addEventListener(kind, () => wait || flush()));
    addEventListener('online', () => later(0));
  }

  globalThis.modelops = Object.assign(me, {
    start(options) {
      Object.assign(me, options);
      me.session ??= store['modelops-session'] ??= crypto.randomUUID();
      watching ||= !watch();
      later(0);
    },
    addToCart: (item, quantity) => track('add_to_cart', [{ item_id: item, quantity }], tokenOf(item)),
    // Items as { item_id, quantity, price }. An order counts once, however often its page is loaded.
    purchase(order, items) {
      if (once('order/' + order)) Map.groupBy(items, item => tokenOf(item.item_id)).forEach((part, token) => track('purchase', part, token));
    },
    async recommend(request) {
      const answer = await post('v1/recommendations', 'application/json', { user: me.user, session: me.session, ...request });
      if (!answer.ok) throw new Error('modelops: ' + answer.status);
      return answer.json();
    },
  });
  const { modelopsKey: key, modelopsUser: user } = script?.dataset ?? {};
  if (key !== undefined) me.start({ key, user });
})();
