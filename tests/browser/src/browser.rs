//! One browser: a person in front of a screen.

use std::cell::RefCell;
use std::fs;
use std::path::Path;
use std::rc::Rc;

use data_encoding::BASE64;
use hopluu_tests::process::until;
use serde_json::{Value, json};

use crate::driver::{Driver, Fault};

/// So often a page is looked at for something that must come; each look takes some 0.1 s.
const LOOKS: usize = 120;
/// So often a page is loaded again for something that no open page is told.
const RELOADS: usize = 50;
/// The key under which the protocol names elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// Keys that have no letter.
pub(crate) const TAB: char = '\u{e004}';
/// Enter.
pub(crate) const ENTER: char = '\u{e007}';
/// The arrow down.
pub(crate) const DOWN: char = '\u{e015}';

/// How large a screen is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Screen {
    /// 360x740, touched.
    Phone,
    /// 1280x900.
    Desktop,
}

/// A browser with cookies of its own. Dropped, it closes.
pub(crate) struct Browser {
    driver: Rc<Driver>,
    session: String,
    /// Whose it is, for what is told of it.
    pub(crate) name: String,
}

impl Browser {
    /// Opens a fresh one, with or without JavaScript.
    pub(crate) fn open(driver: &Rc<Driver>, name: &str, javascript: bool) -> Self {
        let mut prefs = json!({ "credentials_enable_service": false, "profile.password_manager_enabled": false });
        if !javascript {
            prefs["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        let args = [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--hide-scrollbars",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            "--lang=vi",
            "--window-size=1280,900",
        ];
        let options = json!({ "args": args, "prefs": prefs });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options } } });
        let opened = driver.call("POST", "/session", &wanted);
        let opened = opened.unwrap_or_else(|fault| panic!("no browser: {fault:?}"));
        let session = opened["sessionId"].as_str().expect("a session has an id").to_owned();
        let browser = Self { driver: Rc::clone(driver), session, name: name.to_owned() };
        browser.screen(Screen::Desktop);
        browser
    }

    fn call(&self, method: &str, what: &str, body: &Value) -> Result<Value, Fault> {
        self.driver.call(method, &format!("/session/{}{what}", self.session), body)
    }

    fn must(&self, method: &str, what: &str, body: &Value) -> Value {
        self.call(method, what, body).unwrap_or_else(|fault| panic!("{}: {what}: {fault:?}", self.name))
    }

    /// Speaks to Chromium itself.
    pub(crate) fn devtools(&self, what: &str, how: &Value) -> Value {
        self.must("POST", "/goog/cdp/execute", &json!({ "cmd": what, "params": how }))
    }

    /// Gives it a screen of another size.
    pub(crate) fn screen(&self, screen: Screen) {
        let (width, height, phone) = match screen {
            Screen::Phone => (360, 740, true),
            Screen::Desktop => (1280, 900, false),
        };
        let how = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone });
        self.devtools("Emulation.setDeviceMetricsOverride", &how);
    }

    /// Types an address.
    pub(crate) fn goto(&self, address: &str) {
        self.must("POST", "/url", &json!({ "url": address }));
    }

    /// Where it is.
    pub(crate) fn address(&self) -> String {
        self.must("GET", "/url", &Value::Null).as_str().unwrap_or_default().to_owned()
    }

    /// Runs a function body in the page; `arguments[0]` is what is given.
    pub(crate) fn run(&self, body: &str, argument: &Value) -> Value {
        self.must("POST", "/execute/sync", &json!({ "script": body, "args": [argument] }))
    }

    /// Runs one that calls its last argument when it is done.
    pub(crate) fn run_async(&self, body: &str, argument: &Value) -> Value {
        self.must("POST", "/execute/async", &json!({ "script": body, "args": [argument] }))
    }

    fn find(&self, css: &str) -> Option<String> {
        let found = self.call("POST", "/element", &json!({ "using": "css selector", "value": css })).ok()?;
        found[ELEMENT].as_str().map(str::to_owned)
    }

    /// Whether there is such a part.
    pub(crate) fn has(&self, css: &str) -> bool {
        self.find(css).is_some()
    }

    /// What is read in a part; empty while there is none.
    pub(crate) fn read(&self, css: &str) -> String {
        let text = self.find(css).and_then(|id| self.call("GET", &format!("/element/{id}/text"), &Value::Null).ok());
        text.and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// The value of a field.
    pub(crate) fn value(&self, css: &str) -> String {
        let value =
            self.find(css).and_then(|id| self.call("GET", &format!("/element/{id}/property/value"), &json!({})).ok());
        value.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Waits until a part says something.
    pub(crate) fn sees(&self, css: &str, text: &str) {
        self.looks(LOOKS, &format!("{text:?} in {css}"), || self.read(css).contains(text));
    }

    /// Loads a page again and again until something holds there: for what no open page is told.
    pub(crate) fn reloads(&self, address: &str, what: &str, holds: impl Fn(&Self) -> bool) {
        self.looks(RELOADS, what, || {
            self.goto(address);
            holds(self)
        });
    }

    fn looks(&self, most: usize, what: &str, mut holds: impl FnMut() -> bool) {
        let mut looks = 0;
        until(what, || {
            looks += 1;
            assert!(looks <= most, "{} at {}: this never came: {what}", self.name, self.address());
            holds().then_some(())
        });
    }

    /// Does something with a part as soon as it can be done: pages that follow the news replace their parts.
    fn act(&self, css: &str, what: &str, body: &Value) {
        let last = RefCell::new(format!("there is no {css}"));
        let done = || {
            let Some(id) = self.find(css) else { return false };
            let done = self.call("POST", &format!("/element/{id}/{what}"), body);
            done.map_err(|fault| *last.borrow_mut() = fault.0).is_ok()
        };
        let mut looks = 0;
        until(what, || {
            looks += 1;
            let (name, last) = (&self.name, &last);
            assert!(looks <= LOOKS, "{name} at {}: {what} {css}: {}", self.address(), last.borrow());
            done().then_some(())
        });
    }

    /// Clicks.
    pub(crate) fn click(&self, css: &str) {
        self.act(css, "click", &json!({}));
    }

    /// Types into a field, instead of what stands there.
    pub(crate) fn fill(&self, css: &str, text: &str) {
        self.act(css, "clear", &json!({}));
        self.act(css, "value", &json!({ "text": text }));
    }

    /// Chooses a file.
    pub(crate) fn attach(&self, css: &str, file: &Path) {
        self.act(css, "value", &json!({ "text": file.display().to_string() }));
    }

    /// Files that pages hand over are put into this folder, under their names once they are whole.
    pub(crate) fn downloads(&self, folder: &Path) {
        self.devtools("Browser.setDownloadBehavior", &json!({ "behavior": "allow", "downloadPath": folder }));
    }

    /// Opens a fold, unless it is open.
    pub(crate) fn unfold(&self, css: &str) {
        if !self.has(&format!("{css}[open]")) {
            self.click(&format!("{css} > summary"));
        }
    }

    /// Presses keys one after another, whatever has the focus.
    pub(crate) fn press(&self, keys: &str) {
        let strokes = keys.chars().flat_map(|key| {
            let key = key.to_string();
            [json!({ "type": "keyDown", "value": key }), json!({ "type": "keyUp", "value": key })]
        });
        let strokes: Vec<Value> = strokes.collect();
        self.must("POST", "/actions", &json!({ "actions": [{ "type": "key", "id": "keys", "actions": strokes }] }));
    }

    /// Sets a cookie for the office whose page is open.
    pub(crate) fn cookie(&self, name: &str, value: &str) {
        self.must("POST", "/cookie", &json!({ "cookie": { "name": name, "value": value, "path": "/" } }));
    }

    /// What the page is made of now.
    pub(crate) fn source(&self) -> String {
        let source = self.call("GET", "/source", &Value::Null).unwrap_or_default();
        source.as_str().unwrap_or_default().to_owned()
    }

    /// A picture of the whole page, also of what is not on the screen.
    pub(crate) fn shoot(&self, to: &Path) {
        let how = json!({ "format": "png", "captureBeyondViewport": true });
        let shot = self.devtools("Page.captureScreenshot", &how);
        let png = BASE64.decode(shot["data"].as_str().unwrap_or_default().as_bytes()).unwrap_or_default();
        fs::write(to, png).expect("target/ can be written");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.call("DELETE", "", &Value::Null);
    }
}
