# Shell tests of the edge cases: processes, stored files and versions.
RUN_TESTS = \
  tests/run/capture_by_kind.sh \
  tests/run/edge_15_new_time_zone_data.sh \
  tests/run/edge_17_clock_in_the_future.sh \
  tests/run/edge_23_refund_before_its_sale.sh \
  tests/run/edge_24_same_id_other_content.sh \
  tests/run/edge_25_same_event_twice_at_once.sh \
  tests/run/edge_33_expiry_switched_on.sh \
  tests/run/edge_35_reinstatement_twice.sh \
  tests/run/edge_36_many_lots.sh \
  tests/run/edge_39_return_under_new_rules.sh \
  tests/run/edge_62_tier_inserted.sh \
  tests/run/edge_64_two_holds_of_one_balance.sh \
  tests/run/edge_67_capture_and_release_race.sh \
  tests/run/edge_68_killed_in_the_middle.sh \
  tests/run/edge_72_erasure.sh \
  tests/run/edge_73_partner_settlement.sh \
  tests/run/edge_75_budget_from_two_processes.sh \
  tests/run/edge_76_rules_of_the_occurrence.sh \
  tests/run/edge_77_same_everywhere.sh \
  tests/run/edge_78_removed_field.sh \
  tests/run/erased_beside_others.sh \
  tests/run/idle_once_over_versions.sh \
  tests/run/known_before_a_version.sh \
  tests/run/language_draw.sh \
  tests/run/late_join_begins_nothing_anew.sh \
  tests/run/many_figures.sh \
  tests/run/merged_into_who_was_given.sh \
  tests/run/points_in_transit.sh \
  tests/run/pool_sides.sh \
  tests/run/ranked_before_a_version.sh \
  tests/run/ranked_when_nobody_is_there.sh \
  tests/run/payment_bounds.sh \
  tests/run/partner_settled_back.sh \
  tests/run/recorded_time_returned.sh \
  tests/run/return_after_a_merge.sh \
  tests/run/return_after_maturing.sh \
  tests/run/return_gives_again.sh \
  tests/run/return_by_kind_far_back.sh \
  tests/run/sent_again_after_an_erasure.sh \
  tests/run/returns_of_built_ins.sh tests/run/sent_to_a_merged_name.sh \
  tests/run/stock_on_hold.sh \
  tests/run/version_change.sh \
  tests/run/version_changes.sh \
  tests/run/version_due.sh \
  tests/run/version_holds.sh \
  tests/run/version_limits.sh \
  tests/run/version_on_earning.sh \
  tests/run/version_past.sh \
  tests/run/version_past_beside_a_budget.sh \
  tests/run/version_read.sh \
  tests/run/version_return_by_kind.sh \
  tests/run/version_retire.sh \
  tests/run/version_unnamed.sh \
  tests/run/version_waiting.sh \
  tests/run/version_widened_and_returned.sh \
  tests/run/what_a_return_gives.sh \
  tests/run/who_is_only_named.sh
TESTS += $(RUN_TESTS)
EXTRA_DIST += $(RUN_TESTS) tests/run/edge_lib

$(RUN_TESTS:.sh=.log): $(bin_PROGRAMS) $(lib_LTLIBRARIES)
