//! What every engine must do, as one suite.
//!
//! [`run`] gives each behaviour a fresh store of the caller's making; an engine that passes is a store. Nothing here
//! depends on timing: work is due in 1970 or in 2100, and races are counted, never timed. Deliberately absent: crashes,
//! lost connections and several processes, which each engine tests in its own way.

mod claims;
mod fixtures;
mod idempotency;
mod installation;
mod jobs;
mod leases;
mod ledger;
mod lists;
mod races;
mod records;
mod tallies;

use crate::Installation;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// A store under test.
pub type Subject = Arc<dyn Installation>;

type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A behaviour: its name, and how it is shown on a fresh store.
pub struct Behaviour {
    /// What an engine does, in words.
    pub name: &'static str,
    show: fn(Subject) -> Running,
}

impl Behaviour {
    /// Shows the behaviour on a fresh store. Panics when the store behaves otherwise.
    pub async fn show(&self, store: Subject) {
        (self.show)(store).await;
    }
}

macro_rules! behaviours {
    ($($module:ident :: $name:ident,)*) => {
        /// Every behaviour, in the order in which they are shown.
        pub const BEHAVIOURS: &[Behaviour] = &[
            $(Behaviour {
                name: concat!(stringify!($module), "::", stringify!($name)),
                show: |store| Box::pin($module::$name(store)),
            },)*
        ];
    };
}

behaviours! {
    records::a_fresh_record_is_read_back,
    records::every_kind_is_written_and_read_back,
    records::what_is_not_there_is_none,
    records::an_update_needs_the_version_that_was_read,
    records::a_record_is_made_once,
    records::an_absent_record_cannot_be_updated,
    records::versions_may_jump_and_must_grow,
    records::a_required_version_is_checked,
    records::a_required_absence_is_checked,
    records::scopes_never_meet,
    records::modes_never_meet,
    records::one_commit_may_span_accounts,
    records::unknown_members_are_kept,
    records::a_record_keeps_its_time,
    records::a_refused_commit_leaves_nothing,
    records::an_empty_commit_is_fine,
    records::a_record_is_written_once_in_a_commit,
    records::a_write_carries_the_record_that_it_names,
    records::events_are_records,
    records::an_event_tells_of_a_version_that_its_commit_writes,
    records::the_epoch_grows_when_a_commit_says_so,
    records::the_store_is_healthy,
    lists::the_newest_come_first,
    lists::the_oldest_come_first_when_asked,
    lists::pages_meet_without_gaps,
    lists::filters_use_key_columns,
    lists::filters_follow_updates,
    lists::ranges_include_both_ends,
    lists::lists_stay_within_scope_and_kind,
    lists::a_limit_of_zero_is_an_empty_page,
    claims::a_unique_key_is_found_and_taken_once,
    claims::unique_keys_of_scopes_and_spaces_are_apart,
    claims::installation_wide_keys_meet_everywhere,
    claims::a_refused_commit_gives_its_keys_back,
    claims::a_unique_key_is_taken_once_in_a_commit,
    idempotency::a_key_is_taken_then_finished,
    idempotency::a_key_may_be_finished_at_once,
    idempotency::a_taken_key_refuses_the_second,
    idempotency::keys_of_scopes_are_apart,
    idempotency::a_reply_is_kept_byte_for_byte,
    idempotency::a_reply_is_written_once,
    idempotency::old_keys_are_pruned_within_the_limit,
    idempotency::open_keys_are_never_pruned,
    ledger::transactions_are_read_back_line_by_line,
    ledger::an_unbalanced_transaction_is_refused,
    ledger::a_transaction_is_booked_once,
    ledger::a_balance_beyond_its_range_is_refused,
    ledger::balances_are_apart_and_hide_zero,
    ledger::a_floor_holds,
    ledger::a_floor_counts_what_its_own_commit_moves,
    ledger::transactions_are_filtered,
    ledger::pages_of_transactions_meet_without_gaps,
    ledger::balances_are_the_sums_of_entries,
    jobs::a_job_is_read_back_whole,
    jobs::a_job_is_added_once_while_it_waits,
    jobs::a_finished_job_may_come_back,
    jobs::a_job_may_replace_itself,
    jobs::a_job_may_wait_again,
    jobs::finishing_needs_the_fence,
    jobs::a_lost_lease_undoes_the_effects,
    jobs::the_next_due_time_is_known,
    leases::due_jobs_are_leased_once_in_order,
    leases::jobs_of_several_kinds_are_leased_in_one_order,
    leases::only_wanted_kinds_are_leased,
    leases::lanes_that_are_full_are_left_out,
    leases::a_lease_is_renewed_under_its_own_fence_only,
    leases::a_lane_is_leased_with_bounded_width,
    leases::due_jobs_are_born_leased_when_asked,
    leases::a_known_job_is_not_born_again,
    leases::a_leased_job_is_due_when_its_lease_ends,
    installation::a_text_is_replaced_by_whoever_knows_it,
    installation::a_replaced_text_bumps_the_epoch_and_a_refused_one_does_not,
    installation::one_of_many_replaces_a_text,
    installation::a_text_is_kept_whole,
    installation::a_saved_reply_uses_its_key,
    installation::shelved_bytes_are_taken_once,
    installation::shelved_bytes_may_be_put_anew,
    installation::scopes_do_not_meet_on_the_shelf,
    installation::one_of_many_takes_shelved_bytes,
    installation::the_shelf_takes_no_long_values,
    installation::fresh_bytes_are_not_purged,
    tallies::each_key_is_counted_by_itself,
    tallies::all_of_many_are_counted,
    tallies::a_window_that_is_not_over_is_kept,
    races::no_update_is_lost,
    races::one_of_many_takes_an_idempotency_key,
    races::one_of_many_takes_a_unique_key,
    races::one_of_many_makes_a_record,
    races::a_failing_member_never_fails_its_neighbours,
    races::a_floor_holds_under_pressure,
    races::additions_to_one_balance_all_count,
    races::what_was_only_read_guards_against_skew,
    races::leases_are_disjoint,
    races::a_job_of_many_commits_exists_once,
    races::a_burst_larger_than_a_group_all_lands,
    races::settling_and_others_all_land,
}

/// Shows every behaviour, each on a fresh store from `make`. Panics at the first that fails, with its name.
pub async fn run<F, Fut>(make: F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Subject>,
{
    for behaviour in BEHAVIOURS {
        println!("{}", behaviour.name);
        behaviour.show(make().await).await;
    }
}
