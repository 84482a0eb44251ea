//! What goes wrong when two offices of one commune write at once: for each entity of the register both write while cut
//! off, and afterwards nothing is lost, nothing counts twice, and what cannot both hold is listed until it is settled.
//!
//! | entity | what both write | test |
//! | --- | --- | --- |
//! | commune | its stage, back and forward | `commune::the_stage_set_back_and_forward` |
//! | | two changes of type | `commune::two_changes_of_type` |
//! | site | one function in two buildings | `commune::one_function_in_two_buildings` |
//! | | a building is surplus here and gets a function there | `commune::called_surplus_here_and_given_a_function_there` |
//! | unit | merged into two | `units::one_unit_merged_into_two_counts_once_until_a_leader_chooses` |
//! | | the same, and settled differently | `units::two_leaders_who_choose_differently_are_asked_again` |
//! | | the same, and settled by the province | `units::the_province_settles_what_a_commune_leaves_lying` |
//! | | split here and merged there | `units::split_here_and_merged_there` |
//! | | A into B, B into A | `units::each_into_the_other_is_a_ring_and_neither_holds` |
//! | | the same, where one was drafted before and both are mergers | `units::a_draft_known_to_both_makes_a_ring_with_what_is_passed_elsewhere` |
//! | | the same, where one is in force before the other is heard of | `units::a_ring_with_what_is_in_force_already_takes_neither_unit_away` |
//! | | a ring of three | `units::three_decisions_make_a_ring` |
//! | | one number twice | `units::one_number_given_twice_is_a_warning_alone` |
//! | | renamed against merged | `units::renamed_by_a_decision_here_and_merged_there_is_asked_about`, `units::renamed_before_the_day_it_was_merged_it_had_both` |
//! | | two names by two decisions | `units::two_names_from_one_day` |
//! | | two numbers of households | `units::two_numbers_of_households` |
//! | | corrected after it was merged elsewhere | `units::what_is_corrected_of_a_unit_merged_meanwhile_lands_on_its_successor_and_says_so` |
//! | merger | passed against withdrawn, failed, annulled | `mergers::passed_here_and_ended_there_waits_for_a_leader` |
//! | | agreed here, failed there | `mergers::agreed_here_and_failed_there` |
//! | | passed twice with another document or day | `mergers::passed_twice_on_other_terms` |
//! | | passed twice alike | `mergers::passed_twice_alike_is_passed` |
//! | | a unit put on the list after households were asked, or after the vote | `mergers::a_unit_put_on_the_list_after_households_were_asked`, `mergers::a_unit_put_on_the_list_after_the_vote_is_confirmed_first` |
//! | post | two holders | `staff::two_holders_of_one_post` |
//! | person | entered twice | `staff::one_person_entered_twice` |
//! | holding | retired here, given a post there | `staff::retired_here_given_a_post_there` |
//! | | its unit merged, split | `staff::the_post_vanishes_with_the_merged_unit`, `staff::a_head_of_a_unit_that_was_split_is_shown_without_a_seat` |
//! | | ended here and there on two days | `staff::ended_on_two_days` |
//! | leaver | other reason, other day | `staff::left_for_two_reasons`, `staff::left_on_two_days_is_gone_from_the_earlier_one` |
//! | | entered twice alike | `staff::the_same_leaving_entered_twice_is_one` |
//! | issue | its unit is merged or split meanwhile; moved to two parts | `issues` |
//! | any record | called a mistake here, and corrected, named or called so there | `mistakes` |

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod commune;
mod issues;
mod mergers;
mod mistakes;
mod rig;
mod staff;
mod units;
