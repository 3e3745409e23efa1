# METADATA
# title: Alarms
# description: >-
#   The alarms of a plan on one metric that somebody hears of: switched on, with an action, with a
#   word on missing data, and, by the settings of the rule that asks, soon enough.
package nexus.gates.alarms

import rego.v1

import data.nexus.gates.given
import data.nexus.gates.plan

# METADATA
# title: Raised
# description: >-
#   Whether an alarm that is heard watches one metric of one thing. Settings: namespace,
#   metric_name, statistic (those that count), threshold (bounds of the highest value without an
#   alarm), seconds (bounds of one period), periods (bounds of their number), missing_data.
raised(dimensions, settings) if {
	some resource in plan.standing
	resource.type == "aws_cloudwatch_metric_alarm"
	alarm := resource.change.after
	alarm.dimensions == dimensions
	watches(alarm, settings)
	given.number(alarm, "period", settings.seconds)
	given.number(alarm, "evaluation_periods", settings.periods)
	alarm.treat_missing_data in settings.missing_data
	alarm.actions_enabled == true
	heard(resource)
}

watches(alarm, settings) if {
	alarm.namespace == settings.namespace
	alarm.metric_name == settings.metric_name
	alarm.statistic in settings.statistic
	alarm.comparison_operator == "GreaterThanThreshold"
	given.number(alarm, "threshold", settings.threshold)
}

heard(alarm) if {
	actions := alarm.change.after.alarm_actions
	is_array(actions)
	count(actions) > 0
}

heard(alarm) if {
	plan.unknown(alarm, ["alarm_actions"])
	count(plan.references(alarm, "alarm_actions")) > 0
}
