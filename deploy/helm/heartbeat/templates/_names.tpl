{{/* The name of everything: that of the release. */}}
{{- define "heartbeat.name" -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "heartbeat.selector" -}}
app.kubernetes.io/name: heartbeat
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "heartbeat.labels" -}}
{{ include "heartbeat.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
{{- end -}}

{{- define "heartbeat.secret" -}}
{{- .Values.existingSecret | default (include "heartbeat.name" .) -}}
{{- end -}}
