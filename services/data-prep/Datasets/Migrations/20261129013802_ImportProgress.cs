using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ModelOps.DataPrep.Datasets.Migrations
{
    /// <inheritdoc />
    public partial class ImportProgress : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "ended_at",
                table: "imports",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "progress",
                table: "imports",
                type: "jsonb",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "started_by",
                table: "imports",
                type: "text",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_imports_store_created_at",
                table: "imports",
                columns: new[] { "store", "created_at" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_imports_store_created_at",
                table: "imports");

            migrationBuilder.DropColumn(
                name: "ended_at",
                table: "imports");

            migrationBuilder.DropColumn(
                name: "progress",
                table: "imports");

            migrationBuilder.DropColumn(
                name: "started_by",
                table: "imports");
        }
    }
}
