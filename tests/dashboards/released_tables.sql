-- The tables and columns of a release, as the pages read them.
create schema telemetry;
create schema ops;
create schema llm;
create table telemetry.readings (
    control_id varchar,
    source varchar,
    cycle_id varchar,
    stage varchar,
    reading_number bigint,
    power_w double,
    temperature_c double,
    is_power_missing boolean,
    is_temperature_missing boolean,
    duplicate_count bigint,
    reading_date date,
    reading_at timestamp,
    load_id varchar
);
create table telemetry.cycles (
    cycle_id varchar,
    control_id varchar,
    source varchar,
    stage_sequence varchar,
    reading_count bigint,
    duration_s double,
    energy_wh double,
    mean_power_w double,
    max_power_w double,
    mean_temperature_c double,
    max_temperature_c double,
    largest_gap_s double,
    missing_share double,
    is_valid boolean,
    rejection_count bigint,
    is_derived boolean,
    cycle_date date,
    started_at timestamp,
    ended_at timestamp
);
create table telemetry.rejected_cycles (
    cycle_id varchar,
    control_id varchar,
    reason varchar,
    value double,
    limit_value double,
    cycle_date date,
    started_at timestamp
);
create table telemetry.cycle_stages (
    cycle_id varchar,
    control_id varchar,
    stage varchar,
    reading_count bigint,
    duration_s double,
    energy_wh double,
    mean_power_w double,
    median_power_w double,
    stddev_power_w double,
    max_power_w double,
    mean_temperature_c double,
    max_temperature_c double,
    coefficient_of_variation double,
    missing_share double,
    cycle_date date,
    started_at timestamp,
    ended_at timestamp
);
create table telemetry.baselines (
    baseline_id varchar,
    control_id varchar,
    stage varchar,
    metric varchar,
    n bigint,
    median_value double,
    mad double,
    p01 double,
    p05 double,
    p25 double,
    p75 double,
    p95 double,
    p99 double,
    lower_limit double,
    upper_limit double,
    is_sufficient boolean,
    as_of_date date,
    as_of timestamp
);
create table telemetry.cycle_variance (
    cycle_id varchar,
    control_id varchar,
    stage varchar,
    metric varchar,
    variance_class varchar,
    direction varchar,
    value double,
    baseline_median double,
    robust_z double,
    deviation_pct double,
    coefficient_of_variation double,
    drift_z double,
    power_robust_z double,
    temperature_robust_z double,
    duration_robust_z double,
    energy_robust_z double,
    cycle_date date,
    started_at timestamp
);
create table telemetry.issues (
    issue_id varchar,
    control_id varchar,
    rule varchar,
    severity varchar,
    stage varchar,
    unit varchar,
    value double,
    limit_value double,
    cycle_count bigint,
    cycle_ids varchar[],
    issue_date date,
    first_seen_at timestamp,
    last_seen_at timestamp
);
create table telemetry.stage_curves (
    cycle_id varchar,
    control_id varchar,
    stage varchar,
    point bigint,
    relative_time double,
    power_w double,
    temperature_c double,
    cycle_date date,
    started_at timestamp
);
create table telemetry.assessments (
    control_id varchar,
    assessment_date date,
    status varchar,
    review_status varchar,
    summary varchar,
    severity varchar,
    likely_cause varchar,
    recommended_action varchar,
    confidence double,
    cited_cycle_ids varchar[],
    error varchar,
    provider varchar,
    model varchar,
    prompt_template varchar,
    prompt_version varchar,
    call_id varchar,
    prompt_tokens bigint,
    completion_tokens bigint,
    cost_usd double,
    asked_at timestamp
);
create table telemetry.assessment_evaluations (
    control_id varchar,
    assessment_date date,
    status varchar,
    faithfulness bigint,
    completeness bigint,
    actionability bigint,
    reason varchar,
    is_passed boolean,
    error varchar,
    provider varchar,
    model varchar,
    prompt_template varchar,
    prompt_version varchar,
    call_id varchar,
    assessment_call_id varchar,
    prompt_tokens bigint,
    completion_tokens bigint,
    cost_usd double,
    asked_at timestamp
);
create table telemetry.reports (
    report_date date,
    control_count bigint,
    issue_count bigint,
    critical_count bigint,
    pending_count bigint,
    markdown varchar,
    html varchar
);
create table telemetry.detection_quality (
    source varchar,
    control_id varchar,
    level varchar,
    issue_kind varchar,
    true_positives bigint,
    false_positives bigint,
    false_negatives bigint,
    true_negatives bigint,
    unlabelled bigint,
    precision double,
    recall double,
    f1 double,
    false_alarm_rate double,
    yardstick varchar
);
create table telemetry.files (
    load_id varchar,
    source varchar,
    source_file varchar,
    file_hash varchar,
    status varchar,
    byte_count bigint,
    rows_in bigint,
    rows_accepted bigint,
    rows_duplicate bigint,
    rows_rejected bigint,
    rows_superseded bigint,
    cells_rejected bigint,
    landed_date date,
    first_reading_at timestamp,
    last_reading_at timestamp,
    landed_at timestamp
);
create table telemetry.sensor_values (
    control_id varchar,
    source varchar,
    sensor varchar,
    value_number bigint,
    value double,
    reading_date date,
    reading_at timestamp
);
create table telemetry.source_columns (
    source varchar,
    column_name varchar,
    column_use varchar,
    previous_use varchar,
    source_file varchar,
    number_share double,
    noticed_at timestamp
);
create table telemetry.point_anomalies (
    source varchar,
    control_id varchar,
    reading_number bigint,
    score double,
    threshold double,
    is_anomaly boolean,
    label boolean,
    top_sensor varchar,
    reading_date date,
    reading_at timestamp
);
create table telemetry.rejects (
    load_id varchar,
    source varchar,
    source_file varchar,
    file_hash varchar,
    line_number bigint,
    column_name varchar,
    reason varchar,
    error varchar,
    raw_text varchar,
    rejected_at timestamp
);
create table ops.runs (
    run_id varchar,
    invocation_id varchar,
    command varchar,
    target varchar,
    git_commit varchar,
    config_hash varchar,
    project_hash varchar,
    status varchar,
    message varchar,
    seconds double,
    nodes_ok bigint,
    nodes_failed bigint,
    nodes_skipped bigint,
    calls bigint,
    cached bigint,
    tokens bigint,
    usd double,
    release_id bigint,
    is_dirty boolean,
    started_at timestamp,
    ended_at timestamp
);
create table ops.node_runs (
    run_id varchar,
    invocation_id varchar,
    domain varchar,
    phase varchar,
    node varchar,
    resource_type varchar,
    status varchar,
    message varchar,
    seconds double,
    rows_in bigint,
    rows_out bigint,
    calls bigint,
    cached bigint,
    tokens bigint,
    usd double,
    started_at timestamp,
    ended_at timestamp
);
create table ops.gate_results (
    invocation_id varchar,
    gate varchar,
    table_name varchar,
    expectation varchar,
    severity varchar,
    observed varchar,
    expected varchar,
    sample_keys varchar,
    unexpected_count bigint,
    success boolean,
    broken_check boolean,
    checked_at timestamp
);
create table ops.loads (
    pipeline varchar,
    load_id varchar,
    source varchar,
    table_name varchar,
    state varchar,
    files bigint,
    rows bigint,
    rejects bigint,
    duplicates bigint,
    bytes bigint,
    seconds double,
    first_record_at timestamp,
    last_record_at timestamp,
    landed_at timestamp
);
create table ops.freshness (
    domain varchar,
    source varchar,
    files bigint,
    newest_record_at timestamp,
    landed_at timestamp,
    measured_at timestamp,
    age_seconds double
);
create table ops.releases (
    release_id bigint,
    kind varchar,
    note varchar,
    invocation_id varchar,
    run_id varchar,
    tables bigint,
    rows bigint,
    bytes bigint,
    is_current boolean,
    created_at timestamp
);
create table ops.release_tables (
    release_id bigint,
    domain varchar,
    table_name varchar,
    invocation_id varchar,
    schema_hash varchar,
    key_columns varchar,
    volatile_columns varchar,
    unreadable varchar,
    snapshot_id bigint,
    rows bigint,
    bytes bigint,
    is_unchanged boolean,
    created_at timestamp
);
create table ops.costs (
    cost_date date,
    domain varchar,
    step varchar,
    node varchar,
    provider varchar,
    model varchar,
    rows bigint,
    calls bigint,
    cached bigint,
    prompt_tokens bigint,
    completion_tokens bigint,
    usd double,
    saved_tokens bigint,
    saved_usd double
);
create table llm.calls (
    call_id varchar,
    operation_name varchar,
    step varchar,
    node varchar,
    invocation_id varchar,
    row_key varchar,
    replicate bigint,
    prompt_template varchar,
    prompt_version varchar,
    prompt_hash varchar,
    endpoint varchar,
    server_address varchar,
    provider varchar,
    model varchar,
    response_model varchar,
    input_messages varchar,
    request_parameters varchar,
    output_schema varchar,
    raw_answer varchar,
    parsed_answer varchar,
    finish_reason varchar,
    refusal varchar,
    status varchar,
    error varchar,
    error_type varchar,
    attempts bigint,
    prompt_tokens bigint,
    completion_tokens bigint,
    cached_tokens bigint,
    is_usage_estimated boolean,
    cost_usd double,
    seconds double,
    request_id varchar,
    response_id varchar,
    asked_at timestamp,
    answered_at timestamp
);
create table llm.attempts (
    attempt_id varchar,
    call_id varchar,
    attempt bigint,
    kind varchar,
    state varchar,
    step varchar,
    node varchar,
    invocation_id varchar,
    provider varchar,
    model varchar,
    http_status bigint,
    raw_response varchar,
    finish_reason varchar,
    error varchar,
    error_type varchar,
    prompt_tokens bigint,
    completion_tokens bigint,
    cost_usd double,
    seconds double,
    asked_at timestamp,
    answered_at timestamp
);
create table ops.jobs (
    job_id varchar,
    kind varchar,
    title varchar,
    key_prefix varchar,
    state varchar,
    run_id varchar,
    message varchar,
    exit_code bigint,
    created_at timestamp,
    started_at timestamp,
    ended_at timestamp
);
create table ops.api_requests (
    key_prefix varchar,
    method varchar,
    route varchar,
    job_id varchar,
    status bigint,
    seconds double,
    bytes bigint,
    requested_at timestamp
);

create table ops.release_folders (
    folder varchar
);
