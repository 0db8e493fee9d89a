output "job_names" {
  description = "Full names of the jobs by short name"
  value       = { for key, job in aws_glue_job.this : key => job.name }
}
