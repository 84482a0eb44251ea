use super::*;

const TABLE: &[Setting] = &[
    Setting {
        key: "relay.bind",
        default: "[::]:4747",
        vi: "Địa chỉ lắng nghe",
        en: "Where to listen",
        check: |value| reads_as::<std::net::SocketAddr>(value, "ip:port"),
    },
    Setting { key: "log.level", default: "info", vi: "Mức nhật ký", en: "Log level", check: |_| Ok(()) },
];

fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("config.toml");
    std::fs::write(&path, text).unwrap();
    (dir, path)
}

fn env(name: &str, value: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), value.to_owned())]
}

#[test]
fn the_nearer_word_wins_and_is_named() {
    let (_dir, path) = file("[relay]\nbind = \"127.0.0.1:1\"\n[log]\nlevel = \"warn\"\n");
    let in_env = env("HOPLUU_RELAY__BIND", "127.0.0.1:2");
    let flags = [("relay.bind", "127.0.0.1:3".to_owned())];
    let at = |flags: &[(&str, String)], env: &[(String, String)], file: Option<&Path>| {
        let settings = Settings::from_parts(TABLE, flags, env, file).unwrap();
        let shown = settings.show().next().unwrap();
        (shown.value.to_owned(), shown.origin.to_string())
    };
    let from_file = format!("file {}", path.display());
    assert_eq!(at(&flags, &in_env, Some(&path)), ("127.0.0.1:3".into(), "flag".into()));
    assert_eq!(at(&[], &in_env, Some(&path)), ("127.0.0.1:2".into(), "env HOPLUU_RELAY__BIND".into()));
    assert_eq!(at(&[], &[], Some(&path)), ("127.0.0.1:1".into(), from_file));
    assert_eq!(at(&[], &[], None), ("[::]:4747".into(), "default".into()));
    assert_eq!(at(&[], &[], Some(Path::new("/nowhere/config.toml"))), ("[::]:4747".into(), "default".into()));
}

#[test]
fn what_is_unknown_or_wrong_is_named_with_its_place() {
    let error = |env: &[(String, String)], file: Option<&Path>| {
        Settings::from_parts(TABLE, &[], env, file).unwrap_err().to_string()
    };
    assert_eq!(
        error(&env("HOPLUU_RELAY__BIND", "here"), None),
        "env HOPLUU_RELAY__BIND: relay.bind = \"here\" is not valid: ip:port"
    );
    assert!(error(&env("HOPLUU_RELAY__BINT", "x"), None).contains("no setting \"relay.bint\"; known are relay.bind"));
    let (_dir, path) = file("[log]\ncolour = true\n");
    assert!(error(&[], Some(&path)).contains("no setting \"log.colour\""));
    let (_dir, path) = file("bind = 1\n");
    assert!(error(&[], Some(&path)).contains("no setting \"bind\""));
    let (_dir, path) = file("[relay\n");
    assert!(error(&[], Some(&path)).contains("not valid TOML"));
    for (name, why) in [("HOPLUU_DEMO", "no section"), ("HOPLUU_WEB__PORT", "another program's section")] {
        assert!(Settings::from_parts(TABLE, &[], &env(name, "1"), None).is_ok(), "{why}");
    }
}

#[test]
fn the_template_says_what_holds_anyway() {
    let text = template(TABLE);
    let (_dir, path) = file(&text);
    let settings = Settings::from_parts(TABLE, &[], &[], Some(&path)).unwrap();
    assert!(settings.show().all(|shown| *shown.origin == Origin::Default));
    let (_dir, path) = file(&text.replace("# bind", "bind").replace("# level", "level"));
    let settings = Settings::from_parts(TABLE, &[], &[], Some(&path)).unwrap();
    assert!(settings.show().all(|shown| shown.value == shown.setting.default && *shown.origin != Origin::Default));
    assert_eq!(settings.parse::<std::net::SocketAddr>("relay.bind").unwrap().port(), 4747);
}
