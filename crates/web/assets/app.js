// What only saves time: every page and form works without this file.
"use strict";

// Parts marked data-live follow the news. Nobody's typing is ever replaced.
const live = (() => {
  let timer = 0, source = null;
  const busy = (part) => part.contains(document.activeElement) && part.querySelector("textarea, input, select")
    || part.querySelector("[data-touched]");
  async function refresh() {
    timer = 0;
    const parts = [...document.querySelectorAll("[data-live][id]")];
    if (!parts.length) return;
    const answer = await fetch(location.href, { headers: { "x-part": "live" } }).catch(() => null);
    if (!answer || !answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of parts) {
      const next = fresh.getElementById(part.id);
      if (!next || next.innerHTML === part.innerHTML && next.className === part.className || busy(part)) continue;
      const at = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      part.replaceWith(document.importNode(next, true));
      const placed = document.getElementById(part.id);
      placed.classList.add("fresh");
      if (at) placed.querySelector(`a[href="${CSS.escape(at)}"]`)?.focus();
    }
  }
  const soon = () => { if (!timer) timer = setTimeout(refresh, 150); };
  function listen() {
    const from = document.body.dataset.news;
    if (!from || source || document.hidden) return;
    source = new EventSource(from);
    source.addEventListener("moved", (event) => {
      const wanted = document.querySelector("main")?.querySelector("[data-records]")?.dataset.records;
      if (!wanted || event.data === "*" || event.data.split(" ").some((id) => wanted.includes(id))) soon();
    });
    // What was missed while nobody listened.
    let opened = false;
    source.onopen = () => { if (opened) soon(); opened = true; };
  }
  document.addEventListener("visibilitychange", () => {
    // A browser allows few connections: a page nobody sees gives its own back.
    if (document.hidden) { source?.close(); source = null; } else { listen(); soon(); }
  });
  return { listen, soon };
})();

// Drafts: what is typed goes to the office's machine while it is being typed.
function keepDrafts(form) {
  const say = form.querySelector("[data-draft-said]");
  let timer = 0, last = "";
  const fields = () => {
    const data = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") data.append(name, value);
    return data;
  };
  last = fields().toString();
  async function send() {
    timer = 0;
    const data = fields(), text = data.toString();
    if (text === last) return;
    const answer = await fetch(form.dataset.draft, { method: "POST", body: data, keepalive: text.length < 60000 }).catch(() => null);
    if (answer?.ok) last = text;
    if (say) say.textContent = answer?.ok ? say.dataset.kept : say.dataset.failed;
  }
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(send, 1200); });
  form.addEventListener("submit", () => { clearTimeout(timer); last = fields().toString(); });
  addEventListener("pagehide", () => { if (timer) { clearTimeout(timer); send(); } });
}

// A photograph is made small before it travels over the office's network; the office checks and scales once more.
async function shrink(input) {
  const file = input.files[0], most = 1600;
  if (!file || !file.type.startsWith("image/") || typeof createImageBitmap !== "function") return;
  const image = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  if (!image || Math.max(image.width, image.height) <= most && file.size < 400000) return;
  const scale = Math.min(1, most / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.82));
  if (!blob || blob.size >= file.size) return;
  const chosen = new DataTransfer();
  chosen.items.add(new File([blob], "anh.jpg", { type: "image/jpeg" }));
  input.files = chosen.files;
}

// Keys: j and k go through a list, Enter opens, x picks, / searches, ? tells.
function keys(event) {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (event.ctrlKey && event.key === "Enter" && event.target.form) { event.target.form.requestSubmit(); return; }
  if (event.key === "Escape" && typing) { event.target.blur(); return; }
  if (typing || event.ctrlKey || event.altKey || event.metaKey) return;
  const rows = [...document.querySelectorAll("[data-rows] > li, [data-rows] > tr")];
  const at = rows.findIndex((row) => row.classList.contains("at"));
  const go = (to) => {
    if (!rows[to]) return;
    rows[at]?.classList.remove("at");
    rows[to].classList.add("at");
    rows[to].scrollIntoView({ block: "nearest" });
    rows[to].querySelector("a[href]")?.focus({ preventScroll: true });
  };
  const press = (key) => document.querySelector(`[data-key="${key}"]`);
  if (event.key === "j") go(at + 1);
  else if (event.key === "k") go(Math.max(0, at - 1));
  else if (event.key === "x" && rows[at]) rows[at].querySelector("input[type=checkbox]")?.click();
  else if (event.key === "/" ) press("/")?.focus();
  else if (event.key === "?") press("?")?.toggleAttribute("open");
  else {
    const wanted = /^[a-z0-9]$/.test(event.key) && press(event.key);
    if (!wanted) return;
    if (wanted.matches("a, button")) wanted.click();
    else { wanted.closest("details")?.setAttribute("open", ""); wanted.focus(); }
  }
  event.preventDefault();
}

document.addEventListener("keydown", keys);
document.addEventListener("input", (event) => event.target.setAttribute("data-touched", ""));
document.addEventListener("change", async (event) => {
  if (event.target.matches("input[type=file][data-shrink]")) await shrink(event.target);
  if (event.target.matches("[data-pick-all]")) {
    for (const box of document.querySelectorAll("[data-rows] input[type=checkbox]")) box.checked = event.target.checked;
  }
  if (event.target.matches("select[data-go]")) event.target.form.requestSubmit();
});
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button?.dataset.sure && !confirm(button.dataset.sure)) { event.preventDefault(); return; }
  // A second click must not send a form twice. After a file was taken the form is still there to be sent.
  if (event.target.dataset.sent) event.preventDefault();
  if (button?.matches("[data-takes]")) return;
  event.target.dataset.sent = "1";
  setTimeout(() => delete event.target.dataset.sent, 4000);
});
for (const form of document.querySelectorAll("form[data-draft]")) keepDrafts(form);
live.listen();
// Where no news are to be had the page looks again by itself.
const poll = document.querySelector("[data-poll]");
if (poll) setInterval(() => { if (!document.hidden) live.soon(); }, Number(poll.dataset.poll));
