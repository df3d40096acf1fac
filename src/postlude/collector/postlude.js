/* Postlude: tells what visitors do, and shows popups. docs/howto/beacon.md, docs/howto/popups.md */
(function (window, document) {
  "use strict";
  var script = document.currentScript || document.querySelector("script[data-key^=plw_]");
  var asks = script.dataset.consent === "ask";
  var key = script.dataset.key, base = new URL(".", script.src).href, endpoint = base + "b/" + key;
  var HITS = 100, LETTERS = 20000, WAITING = 500, DAYS_31 = 2678400000;
  var disk = null, memory = {}, timer = 0, busy = false, pause = 0, last = "";
  var source = cameFrom(), click = clicked();
  var STYLE = ":host{all:initial}" +
    "dialog{box-sizing:border-box;width:26em;max-width:calc(100vw - 2em);padding:0 0 2em;border:0;" +
    "border-radius:18px;font:16px/1.6 var(--postlude-font,system-ui,sans-serif);text-align:center;" +
    "color:var(--postlude-ink,#1d2430);background:var(--postlude-ground,#fff);" +
    "box-shadow:0 24px 64px #0b122866;animation:a .25s}" +
    "@keyframes a{from{opacity:0;transform:translateY(12px)}}" +
    "@media(prefers-reduced-motion){dialog{animation:none}}" +
    "::backdrop{background:#0b122880}" +
    "img{display:block;width:100%;max-height:14em;object-fit:cover}" +
    "h2{margin:1em 1.6em .4em;font-size:1.5em;line-height:1.25}" +
    "p{margin:0 2em;white-space:pre-line}" +
    "a{display:block;margin:1.5em 2em 0;padding:.75em;border-radius:99px;font-weight:600;" +
    "color:#fff;background:var(--postlude-accent,#1f4fd8);text-decoration:none}" +
    "button{position:absolute;top:.4em;right:.4em;width:1.8em;height:1.8em;border:0;padding:0;" +
    "border-radius:50%;font:inherit;font-size:1.5em;line-height:1;color:inherit;" +
    "background:#ffffffd9;cursor:pointer}" +
    ":focus-visible{outline:3px solid var(--postlude-accent,#1f4fd8);outline-offset:2px}";

  // What a page change must not lose lies in localStorage, if it may: before somebody agrees
  // nothing is left behind in their browser. Each hit has a name of its own: two tabs never
  // overwrite each other, and what both send is kept once.
  function get(name) {
    if (name in memory) return memory[name];
    try { return disk && disk.getItem(name); } catch (_) { return null; }
  }
  function set(name, value) {
    delete memory[name];
    try { if (disk) return disk.setItem(name, value); } catch (_) { /* full */ }
    memory[name] = value;
  }
  function drop(name) {
    delete memory[name];
    try { if (disk) disk.removeItem(name); } catch (_) { /* forbidden */ }
  }
  function named(begins) {
    var names = Object.keys(memory);
    try { names = names.concat(Object.keys(disk || {})); } catch (_) { /* forbidden */ }
    return names.filter(function (name) { return name.startsWith(begins); }).sort();
  }
  function waiting() { return named("pl:q:"); }
  function open() {
    try { return window.localStorage; } catch (_) { return null; }
  }
  // true, false, or null: the page does not ask.
  function agrees() {
    var said = get("pl:consent");
    return said ? said === "yes" : asks ? false : null;
  }
  function letters(count) {
    return Array.from(crypto.getRandomValues(new Uint8Array(count)), function (byte) {
      return (byte + 256).toString(16).slice(1);
    }).join("");
  }
  // A UUID of version 7: the time, then chance. The same in every retry, so a repeat is known.
  function uuid7() {
    var time = Date.now().toString(16).padStart(12, "0"), chance = letters(10);
    return time + "7" + chance.slice(0, 3) + "89ab"[parseInt(chance[3], 16) & 3] + chance.slice(4, 19);
  }
  function cid() {
    var known = get("pl:cid");
    if (!known) set("pl:cid", (known = letters(16)));
    return known;
  }
  function cameFrom() {
    var said = new URLSearchParams(location.search), from = [];
    ["utm_source", "utm_medium", "utm_campaign"].forEach(function (name) {
      if (said.get(name)) from.push(said.get(name));
    });
    if (from.length) return from.join(" / ").slice(0, 100);
    try {
      var host = new URL(document.referrer).host;
      return host === location.host ? "" : host;
    } catch (_) { return ""; }
  }

  // A mail led here: whose click it was only this browser knows. An address that is passed on
  // must not say so, and does not.
  function clicked() {
    var here = new URL(location.href), token = here.searchParams.get("pl_click");
    if (!token) return "";
    here.searchParams.delete("pl_click");
    try { history.replaceState(history.state, "", here.href); } catch (_) { /* forbidden */ }
    return token;
  }

  function tell(type, hit) {
    hit = Object.assign({ id: uuid7(), at: Date.now(), type: type, url: location.href }, hit);
    var yes = agrees(), names = waiting();
    if (names.length >= WAITING) drop(names[0]);
    set("pl:q:" + hit.id, JSON.stringify({ m: get("pl:member") || "", c: yes, h: hit }));
    if (!timer) timer = setTimeout(send, pause || 50);
  }

  // As many as go together: of one member, and of one mind about being tracked.
  function batch(names) {
    var first = null, taken = [], hits = [], size = 0;
    for (var i = 0; i < names.length && hits.length < HITS; i++) {
      var text = get(names[i]), item = null;
      try { item = JSON.parse(text); } catch (_) { /* not ours */ }
      if (!item || !item.h || Date.now() - item.h.at > DAYS_31) { drop(names[i]); continue; }
      first = first || item;
      size += text.length;
      if (item.m !== first.m || item.c !== first.c || (hits.length && size > LETTERS)) break;
      taken.push(names[i]);
      hits.push(item.h);
    }
    if (!hits.length) return null;
    var body = { sent_at: Date.now(), hits: hits };
    if (first.c !== null) body.consent = first.c;
    if (first.c !== false) {
      body.cid = cid();
      if (first.m) body.member = first.m;
      if (source) body.source = source;
      if (click) body.click = click;
    }
    if (navigator.webdriver) body.automated = true;
    return { names: taken, body: JSON.stringify(body) };
  }

  function send() {
    timer = 0;
    var next = busy ? null : batch(waiting());
    if (!next) return;
    busy = true;
    // Text goes without asking before (no preflight). What is refused would be refused again.
    fetch(endpoint, { method: "POST", body: next.body, credentials: "include", keepalive: true })
      .then(function (answer) {
        if (answer.status === 429 || answer.status >= 500) throw answer;
        next.names.forEach(drop);
        pause = 0;
        source = click = "";
      })
      .catch(function () { pause = Math.min((pause || 1000) * 2, 300000); })
      .then(function () {
        busy = false;
        if (!timer && waiting().length) timer = setTimeout(send, pause || 50);
      });
  }

  // The page goes: whether it arrives nobody will say, so it stays here and is sent once more.
  function leave() {
    if (document.visibilityState !== "hidden" || !navigator.sendBeacon) return;
    var next = batch(waiting());
    if (next) navigator.sendBeacon(endpoint, next.body);
  }

  function where() { return location.href.split("#")[0]; }
  function look(more) {
    last = where();
    tell("page", { products: more && more.products });
    begin();
  }
  function moved() { if (where() !== last) look(); }

  // Popups. The browser says when one is due (page, time, event); the server says whether it is for
  // this visitor, and once more, after it has kept that, whether it may be shown. A rule counts
  // its seconds from `from`: NaN while its event has not happened, and once it was tried.
  var rules = [], limits = {}, passed = 0, looked = 0, open_ = 0;

  function ask(what, body) {
    return post(what, Object.assign({ cid: cid(), member: get("pl:member"), consent: agrees() }, body));
  }
  function post(what, body) {
    return fetch(base + "p/" + key + "/" + what, {
      method: "POST", body: JSON.stringify(body), credentials: "include"
    }).then(function (answer) { return answer.ok ? answer.json() : {}; });
  }
  function begin() {
    passed = looked = 0;
    rules.forEach(function (rule) { rule.from = rule.events ? NaN : 0; });
    check();
  }
  function happened(action) {
    rules.forEach(function (rule) {
      if (rule.events && rule.events.includes(action)) rule.from = rule.stays ? looked : passed;
    });
    check();
  }
  function check() {
    rules.forEach(function (rule) {
      if (
        (rule.stays ? looked : passed) - rule.from >= (rule.seconds || 0) &&
        (rule.logged_in === undefined || rule.logged_in === !!get("pl:member")) &&
        (!rule.pages || rule.pages.some(function (page) { return RegExp(page).test(where()); }))
      ) offer(rule);
    });
  }
  function offer(rule) {
    var mark = "pl:p:" + rule.popup, today = (get("pl:p") || "").split(" ");
    var shown = today[0] === limits.day ? +today[1] : 0, wish = { id: uuid7() }, content;
    if (open_ || agrees() === false || shown >= limits.a_day || Date.now() < get(mark)) return;
    rule.from = NaN;
    open_ = 1;
    ask("fetch", { popups: [rule.popup], language: document.documentElement.lang })
      .then(function (answer) {
        wish.pass = answer.popups[0].pass;
        content = answer.popups[0].content || {};
        // The picture is there before the window, so that nothing moves; without it, it goes on.
        if (!content.picture) return;
        content.image = new Image();
        content.image.src = content.picture;
        return content.image.decode().catch(function () { content.image = null; });
      })
      .then(function () {
        return ask("show", wish).catch(function () { return ask("show", wish); });
      })
      .then(function (said) {
        if (said.shown || said.why === "held_out") set(mark, Date.now() + (rule.again || 0) * 1000);
        if (!said.shown) throw said;
        set("pl:p", limits.day + " " + (shown + 1));
        show(content, said.shown);
      })
      .catch(function () { open_ = 0; });
  }
  // A window of the browser's own: it holds the focus, hears Escape, and gives the focus back.
  // Its style is no inline style, and the shop's does not reach it: --postlude-… do.
  function show(content, shown) {
    var host = document.createElement("div"), root = host.attachShadow({ mode: "open" });
    var sheet = new CSSStyleSheet(), box = add("dialog", {}, root);
    function add(tag, more, into) {
      return (into || box).appendChild(Object.assign(document.createElement(tag), more));
    }
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    box.setAttribute("aria-labelledby", "t");
    if (content.image) Object.assign(box.appendChild(content.image), { alt: content.picture_words });
    add("h2", { id: "t", textContent: content.title });
    add("p", { textContent: content.text || "" });
    if (content.link) add("a", {
      href: content.link, textContent: content.button,
      onclick: function () { done("clicked"); }
    });
    add("button", {
      textContent: "\u00d7", ariaLabel: content.close, onclick: function () { box.close(); }
    });
    box.onclick = function (event) { if (event.target === box) box.close(); };
    box.onclose = function () {
      done("closed");
      host.remove();
      open_ = 0;
    };
    // At once: where a link leads to another page, nobody waits for the window to be gone.
    function done(deed) {
      if (open_ === shown) return;
      open_ = shown;
      tell("popup", { action: deed, shown: shown });
      box.close();
    }
    document.body.appendChild(host);
    box.showModal();
  }
  function load() {
    if (script.dataset.popups === "off" || agrees() === false || !document.adoptedStyleSheets) return;
    ask("routers").then(function (said) {
      limits = said;
      rules = said.popups || [];
      begin();
    }).catch(function () { /* no popups then */ });
  }

  var commands = {
    page: look,
    event: function (action, more) {
      more = more || {};
      tell("event", { action: action, products: more.products, properties: more.properties });
      happened(action);
    },
    cart: function (products, properties) {
      commands.event("add_to_cart", { products: [].concat(products), properties: properties });
    },
    order: function (order) {
      tell("order", {
        number: order.number, amount: order.amount, currency: order.currency,
        products: order.products, properties: order.properties
      });
    },
    login: function (member) {
      if (get("pl:member") === String(member)) return;
      set("pl:member", String(member));
      commands.event("login");
    },
    logout: function () {
      commands.event("logout");
      drop("pl:member");
    },
    // Whose device it is a word of the shop's server says: whoever knows a member's number could
    // else hear what is written to the member. Nothing of the visitor goes along.
    push: function (token, word) {
      post("push", { token: token, word: word, was: get("pl:push") }).then(function (said) {
        if (said.kept) set("pl:push", token);
      }).catch(function () { /* at the next page */ });
    },
    consent: function (yes) {
      var before = memory;
      disk = open();
      memory = {};
      for (var name in before) set(name, before[name]);
      set("pl:consent", yes ? "yes" : "no");
      if (!yes) ["pl:cid", "pl:member"].concat(named("pl:p")).forEach(drop);
      load();
    }
  };

  disk = open();
  if (asks && !get("pl:consent")) disk = null;
  var early = (window.postlude && window.postlude.q) || [];
  window.postlude = function (command) {
    try {
      commands[command].apply(null, [].slice.call(arguments, 1));
    } catch (error) {
      console.warn("postlude:", command, error); /* never the shop's trouble */
    }
  };
  if (script.dataset.pages !== "off") {
    look();
    var push = history.pushState;
    history.pushState = function () {
      var answer = push.apply(this, arguments);
      moved();
      return answer;
    };
    addEventListener("popstate", moved);
  }
  early.forEach(function (said) { window.postlude.apply(null, said); });
  addEventListener("online", function () { pause = 0; send(); });
  document.addEventListener("visibilitychange", leave);
  addEventListener("pagehide", leave);
  if (!timer && waiting().length) timer = setTimeout(send, 50);
  setInterval(function () {
    passed++;
    if (!document.hidden) looked++;
    check();
  }, 1000);
  load();
})(window, document);
