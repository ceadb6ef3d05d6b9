//! How entities stand, as numbered in rows.

/// Makes an enum that stands in rows as a number.
macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$variant_doc:meta])* $variant:ident = $number:literal),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(i32)]
        pub enum $name { $($(#[$variant_doc])* $variant = $number),+ }

        impl $name {
            /// The state with this number; rows hold no others.
            pub fn of(number: i32) -> Self {
                match number {
                    $($number => Self::$variant,)+
                    _ => panic!(concat!("a row holds an unknown ", stringify!($name), ": {}"), number),
                }
            }
        }
    };
}

numbered! {
    /// Where an element instance is in its life.
    ElementState {
        /// Being set up; may hang on an incident.
        Activating = 0,
        /// At work.
        Activated = 1,
        /// Being finished; may hang on an incident.
        Completing = 2,
        /// Being cancelled.
        Terminating = 3,
    }
}

impl ElementState {
    /// The name of the intent that led here, as rejections word it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Activating => "ELEMENT_ACTIVATING",
            Self::Activated => "ELEMENT_ACTIVATED",
            Self::Completing => "ELEMENT_COMPLETING",
            Self::Terminating => "ELEMENT_TERMINATING",
        }
    }
}

numbered! {
    /// How a job stands.
    JobState {
        /// A worker may have it.
        Activatable = 0,
        /// A worker has it.
        Activated = 1,
        /// It failed: out of retries, or resting.
        Failed = 2,
        /// It threw an error.
        ErrorThrown = 3,
    }
}

impl JobState {
    /// The name in rejections.
    pub fn name(self) -> &'static str {
        match self {
            Self::Activatable => "ACTIVATABLE",
            Self::Activated => "ACTIVATED",
            Self::Failed => "FAILED",
            Self::ErrorThrown => "ERROR_THROWN",
        }
    }
}

numbered! {
    /// How a subscription stands on the partition of its instance.
    SubscriptionState {
        /// Asked for.
        Creating = 0,
        /// There.
        Created = 1,
        /// Being taken back.
        Deleting = 2,
    }
}
