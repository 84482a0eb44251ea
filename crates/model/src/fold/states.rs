//! The states of what has a history: ranks, slugs and words in one table for each kind of record.

/// Makes the states of a kind of record, in the order of rank. Event kinds carry their rank as number, counted from
/// that of the first state.
macro_rules! states {
    ($(#[$doc:meta])* $name:ident of $count:literal from $first:path, before anything $start:ident {
        $($(#[$item:meta])* $state:ident $slug:literal $vi:literal $en:literal,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$item])* $state,)*
        }

        impl $name {
            /// All states, in the order of rank.
            pub const ALL: [Self; $count] = [$(Self::$state,)*];

            /// The state that an event brings; the first one for none.
            fn of(kind: Option<EventKind>) -> Self {
                let rank = kind.and_then(|kind| kind.0.checked_sub($first.0)).map(usize::from);
                rank.and_then(|rank| Self::ALL.get(rank)).copied().unwrap_or(Self::$start)
            }

            /// The name by which it is stored in lists and addresses.
            #[must_use]
            pub fn slug(self) -> &'static str {
                match self { $(Self::$state => $slug,)* }
            }

            /// Finds a state by its slug.
            #[must_use]
            pub fn from_slug(slug: &str) -> Option<Self> {
                match slug { $($slug => Some(Self::$state),)* _ => None }
            }

            /// In Vietnamese.
            #[must_use]
            pub fn vi(self) -> &'static str {
                match self { $(Self::$state => $vi,)* }
            }

            /// In English.
            #[must_use]
            pub fn en(self) -> &'static str {
                match self { $(Self::$state => $en,)* }
            }
        }
    };
}

pub(super) use states;
