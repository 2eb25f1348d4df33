//! Planted bugs: the negative controls of the auditor. Each breaks one promise in one place.
//!
//! Deliberately absent: faults that the engine has to bear; those are [`crate::weather`].

/// One planted bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// A commit is acknowledged and never done.
    LoseCommit,
    /// The events of a commit are left out.
    ForgetEvents,
    /// The ledger transactions of a commit are left out.
    ForgetBooking,
    /// A balance row misses one entry.
    LoseBalance,
    /// Idempotency keys are not kept, so that each can be taken twice.
    ForgetKeys,
    /// The processor is called twice for one authorization.
    CallTwice,
    /// Nobody is told to ask what became of a call.
    ForgetRecovery,
    /// Nobody is told to release what is pending.
    ForgetRelease,
    /// A finished payment comes back to life.
    Resurrect,
    /// A record that a scope does not have is read from another scope.
    LeakScope,
    /// A saved reply is answered with another body.
    BendReply,
    /// One side of a booking says a cent more.
    Unbalance,
    /// Nobody is told to tell the endpoints.
    ForgetFanOut,
    /// A card number is written into a record in clear.
    LeakNumber,
    /// An event is dated a day before what happened before it.
    TurnClockBack,
    /// A commit is never answered, so that its request stays in memory for ever.
    HoldCommit,
    /// What was just made is not found, as on a copy that lags behind.
    StaleRead,
    /// Whoever writes last wins, whatever it had read.
    LostUpdate,
    /// Nobody hears that keys and endpoints changed.
    FreezeEpoch,
    /// A checkout session does not follow the payment that a commit finishes.
    ForgetSession,
    /// An order at the front door is not kept, so that its next request makes another payment.
    ForgetOrder,
    /// An order at the front door is kept with another amount.
    BendOrder,
    /// What becomes of an order is not told at the front door.
    MuteOrder,
    /// Which price holds a lookup key is not kept, so that two may hold it.
    ForgetLookupKey,
    /// The mail of a receipt is forgotten.
    ForgetMail,
    /// The mail of a refund is forgotten.
    ForgetRefundMail,
    /// That a confirmation token was used is not kept, so that it can be used again.
    ForgetToken,
    /// That a buyer completed a session of a link is not counted, so that more may than the limit says.
    ForgetLinkCount,
}

impl Sabotage {
    /// Every planted bug.
    pub const ALL: &'static [Sabotage] = &[
        Sabotage::LoseCommit,
        Sabotage::ForgetEvents,
        Sabotage::ForgetBooking,
        Sabotage::LoseBalance,
        Sabotage::ForgetKeys,
        Sabotage::CallTwice,
        Sabotage::ForgetRecovery,
        Sabotage::ForgetRelease,
        Sabotage::Resurrect,
        Sabotage::LeakScope,
        Sabotage::BendReply,
        Sabotage::Unbalance,
        Sabotage::ForgetFanOut,
        Sabotage::LeakNumber,
        Sabotage::TurnClockBack,
        Sabotage::HoldCommit,
        Sabotage::StaleRead,
        Sabotage::LostUpdate,
        Sabotage::FreezeEpoch,
        Sabotage::ForgetSession,
        Sabotage::ForgetOrder,
        Sabotage::BendOrder,
        Sabotage::MuteOrder,
        Sabotage::ForgetLookupKey,
        Sabotage::ForgetMail,
        Sabotage::ForgetRefundMail,
        Sabotage::ForgetToken,
        Sabotage::ForgetLinkCount,
    ];

    /// The rules of the auditor of which at least one must notice.
    pub const fn breaks(self) -> &'static [&'static str] {
        match self {
            Sabotage::LoseCommit => &["I1"],
            Sabotage::ForgetEvents | Sabotage::MuteOrder => &["I5"],
            Sabotage::ForgetBooking | Sabotage::ForgetRelease | Sabotage::LoseBalance => &["I4"],
            Sabotage::ForgetKeys => &["I2", "I9"],
            Sabotage::CallTwice => &["I2"],
            Sabotage::ForgetRecovery => &["I8"],
            Sabotage::Resurrect => &["I7"],
            Sabotage::LeakScope => &["I11"],
            Sabotage::BendReply => &["I9"],
            Sabotage::Unbalance => &["I3"],
            Sabotage::ForgetFanOut => &["I6"],
            Sabotage::LeakNumber => &["I10"],
            Sabotage::TurnClockBack => &["I12"],
            Sabotage::HoldCommit => &["I13"],
            Sabotage::StaleRead => &["I16"],
            Sabotage::LostUpdate => &["F19"],
            Sabotage::FreezeEpoch => &["F23"],
            Sabotage::ForgetSession | Sabotage::ForgetLinkCount => &["I18"],
            Sabotage::ForgetOrder | Sabotage::BendOrder => &["I19"],
            Sabotage::ForgetLookupKey => &["I20"],
            Sabotage::ForgetMail | Sabotage::ForgetRefundMail => &["I21"],
            Sabotage::ForgetToken => &["I22"],
        }
    }

    /// True for a bug that shows only where the processor keeps books of its own.
    pub const fn is_outside(self) -> bool {
        matches!(self, Sabotage::CallTwice | Sabotage::ForgetRecovery)
    }

    /// The planted bug with this name.
    pub fn from_name(name: &str) -> Option<Sabotage> {
        let mut all = Sabotage::ALL.iter().copied();
        all.find(|sabotage| format!("{sabotage:?}") == name)
    }
}
